// SPDX-License-Identifier: MIT
#pragma once

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace lightflow::tests {

/// The scheduler of an actor system with the policy "testing".
inline caf::scheduler::test_coordinator&
test_scheduler(caf::actor_system& system) {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
}

} // namespace lightflow::tests
