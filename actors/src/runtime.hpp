// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/log.hpp"
#include "lightflow/core/event.hpp"
#include "lightflow/core/settings.hpp"

#include "running_functions.hpp"
#include "thread_pool.hpp"

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>

#include <cstddef>

namespace lightflow {

/// What all actors of an engine share. Outlives them.
struct runtime {
  caf::actor_system& system;
  log_function log;
  thread_pool* pool; // null: CAF's scheduler runs the actors
  event_sink* events;

  /// How many steps of a process are handed out at once: more than can run, so
  /// that no thread waits, and few enough to keep a fan of 100,000 small.
  std::size_t window;

  running_functions functions;

  // CAF's clock is steady, and virtual in tests; this maps it to wall time.
  caf::actor_clock::time_point steady_start = system.clock().now();
  time_point wall_start = clock::now();

  time_point now() const {
    return wall_start + (system.clock().now() - steady_start);
  }
};

} // namespace lightflow
