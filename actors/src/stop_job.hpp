// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/stop_signal.hpp"

#include "one_shot_actor.hpp"

#include <memory>

namespace lightflow {

/// Calls what a step has waiting for its being asked to stop. That is code of
/// the user and may block, so that no other actor does it by itself.
class stop_job : public one_shot_actor {
public:
  stop_job(caf::actor_config& cfg, const runtime& env,
           std::shared_ptr<stop_signal> signal);

  const char* name() const override {
    return "lightflow.stop_job";
  }

protected:
  void act() override;

private:
  std::shared_ptr<stop_signal> signal_;
};

} // namespace lightflow
