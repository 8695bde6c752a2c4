// SPDX-License-Identifier: MIT
#pragma once

#include "actors.hpp"
#include "pooled.hpp"
#include "runtime.hpp"

#include <caf/result.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string>
#include <unordered_map>

namespace lightflow {

class engine_actor_impl : public pooled<engine_actor::base> {
public:
  engine_actor_impl(caf::actor_config& cfg, runtime& env);

  const char* name() const override {
    return "lightflow.engine";
  }

protected:
  behavior_type make_behavior() override;

private:
  struct entry {
    supervisor_actor supervisor; // null: the run has ended
    std::shared_ptr<run_channel> channel;
    bool remember;
  };

  std::shared_ptr<run_channel> on_start(start_run& x);
  std::shared_ptr<run_channel> on_find(const std::string& id) const;
  caf::result<bool> on_control(const std::string& id, const control& x);
  caf::result<std::shared_ptr<const run_record>> on_look(const std::string& id);
  void on_run_ended(const std::string& id);
  void on_tick();
  void on_close();
  void leave_if_done();
  supervisor_actor supervisor_of(const std::string& id) const;

  runtime& env_;
  std::unordered_map<std::string, entry> runs_;
  std::size_t live_ = 0;
  bool closing_ = false;
};

} // namespace lightflow
