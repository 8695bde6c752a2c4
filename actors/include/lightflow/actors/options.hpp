// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/event_options.hpp"
#include "lightflow/actors/log.hpp"

#include <cstddef>

namespace lightflow {

/// Where an engine's actors run.
enum class executor {
  /// On threads of the engine's own, which grow in number while steps block.
  own_threads,
  /// On the scheduler of the actor system. A step that blocks then holds one of
  /// its threads; with CAF's test scheduler all is deterministic, and `wait`
  /// runs the scheduler until it is idle.
  system_scheduler,
};

/// How an engine runs. The defaults are meant to be kept.
struct engine_options {
  executor runs_on = executor::own_threads;

  /// Threads to keep running code; 0 for one per core.
  std::size_t threads = 0;

  /// Threads that may be held by steps at once, blocked ones included. More
  /// steps wait for one of these to return.
  std::size_t max_threads = 256;

  /// Where the engine logs; empty for spdlog's default logger.
  log_function log;

  /// What is done with events.
  event_options events;
};

} // namespace lightflow
