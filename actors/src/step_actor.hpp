// SPDX-License-Identifier: MIT
#pragma once

#include "actors.hpp"
#include "attempt_runner.hpp"
#include "one_shot_actor.hpp"
#include "runtime.hpp"

namespace lightflow {

/// Does one attempt of a step as soon as it gets a thread, tells the process
/// how it ended, and leaves.
class step_actor_impl : public one_shot_actor {
public:
  step_actor_impl(caf::actor_config& cfg, runtime& env, process_actor process,
                  attempt what);

  const char* name() const override {
    return "lightflow.step";
  }

protected:
  void act() override;

private:
  attempt_ended run();
  void call(attempt_runner& runner);

  runtime& env_;
  process_actor process_;
  attempt attempt_;
};

} // namespace lightflow
