// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/run_state.hpp"

#include "actors.hpp"
#include "claim.hpp"
#include "pooled.hpp"
#include "runtime.hpp"
#include "unit_jobs.hpp"

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

  void on_prepared(const run_prepared& x);
  error defect() const;
  void on_process_ended(const process_ended& x);
  void on_concluded(const run_concluded& x);
  void on_wake();
  confirmation on_control(const control& x);
  look_answer on_look();
  void on_close();

  void apply(control_action x);
  void advance();
  template <class Work>
  void start_job(Work work);
  flow_look look_now() const;
  void prepare();
  void start_processes();
  void start_process(std::size_t index);
  void conclude();
  void leave();

  void expect_end_of_callbacks();
  void give_up_callbacks();
  std::vector<std::size_t> live_processes() const;
  run_record record_now() const;
  run_record complete_record() const;

  runtime& env_;
  engine_actor engine_;
  std::shared_ptr<run_channel> channel_;
  run_state state_;
  std::shared_ptr<const run_info> self_;
  std::vector<process_actor> processes_; // null: not started, or ended
  std::vector<std::shared_ptr<const process_state>> ended_;
  std::vector<control> early_;         // of processes that were not started yet
  std::size_t live_ = 0;               // processes that were started and go on
  std::size_t open_answers_ = 0;       // to whoever asked, still to be given
  std::optional<time_point> deadline_; // of the callbacks under way
  /// Who tells the record hook that the run has ended.
  std::shared_ptr<claim> recorded_;
  bool started_ = false; // the processes
  bool concluding_ = false;
  bool closing_ = false;
  bool broken_ = false; // a process died of a defect
  bool left_ = false;
};

} // namespace lightflow
