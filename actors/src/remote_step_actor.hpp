// SPDX-License-Identifier: MIT
#pragma once

#include "delegated_step_actor.hpp"

#include <string>

namespace lightflow {

/// Has an attempt done by a worker: waits for a slot of one, gives the worker
/// what the step takes along, and waits for what it brings back.
class remote_step_actor : public delegated_step_actor {
public:
  using delegated_step_actor::delegated_step_actor;

  const char* name() const override {
    return "lightflow.remote_step";
  }

  void on_exit() override;

protected:
  caf::message_handler handlers() override;
  void ask(step& self) override;
  void withdraw() override;
  std::string whom() const override;

private:
  void wish();
  void on_refused();
  void on_granted(const lease_granted& x);
  void on_completion(step_completion& x);

  step* step_ = nullptr;
  bool wishes_ = false; // the queue has something for it, or will have
  std::string worker_;  // the name of the one that does it; empty: none yet
};

} // namespace lightflow
