// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/worker.hpp"
#include "lightflow/core/catalog.hpp"
#include "lightflow/testing/simulation.hpp"

#include "../../actors/src/assignment.hpp"
#include "../../actors/src/runtime.hpp"
#include "../../actors/src/worker_actor.hpp"

#include "watched_functions.hpp"

#include <functional>
#include <memory>
#include <string>

namespace caf {
class actor_system;
} // namespace caf

namespace lightflow::testing {

/// A worker as in a program of its own, but in the actor system of a
/// simulation. Its program is gone when it is killed; what was on its way may
/// come to this until the simulation ends.
class simulated_worker : public function_watch {
public:
  /// Calls a function, unless it is made to fail.
  using caller = std::function<result<value>(const step_function&, step&,
                                             const std::string& worker)>;

  simulated_worker(caf::actor_system& system, const definition& define,
                   worker_options options, link_maker make_link, caller call);

  const std::string& name() const noexcept {
    return place_.worker;
  }

  /// Whether its program has not been killed.
  bool is_alive() const noexcept {
    return self_ != nullptr;
  }

  /// As by kill -9.
  void kill();

  /// Has it finish what it has, and leave.
  void drain();

  result<value> call(const step_function& function, step& self) override;

private:
  catalog flows_;
  workshop place_;
  std::unique_ptr<runtime> env_;
  caller call_;
  worker_actor self_; // null: it was killed
};

} // namespace lightflow::testing
