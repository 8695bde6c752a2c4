// SPDX-License-Identifier: MIT
#pragma once

#include "actors.hpp"
#include "pooled.hpp"
#include "runtime.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <vector>

namespace lightflow {

class supervisor_actor_impl : public pooled<supervisor_actor::base> {
public:
  supervisor_actor_impl(caf::actor_config& cfg, runtime& env,
                        engine_actor engine, start_run what);

  const char* name() const override {
    return "lightflow.supervisor";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  using confirmation = caf::typed_response_promise<bool>;
  using look_answer
    = caf::typed_response_promise<std::shared_ptr<const run_record>>;

  void start_process(std::size_t index);
  void on_process_ended(const process_ended& x);
  confirmation on_control(const control& x);
  look_answer on_look();
  void on_close();

  std::vector<std::size_t> live_processes() const;
  status own_status() const;
  run_record record_now() const;
  void finish_if_done();

  runtime& env_;
  engine_actor engine_;
  start_run run_;
  time_point start_;
  std::vector<process_actor> processes_; // null: ended
  std::vector<std::shared_ptr<const process_state>> ended_;
  std::size_t live_ = 0;         // processes that have not ended
  std::size_t open_answers_ = 0; // to whoever asked, still to be given
  bool paused_ = false;
  bool stopped_ = false;
  bool left_ = false;
};

} // namespace lightflow
