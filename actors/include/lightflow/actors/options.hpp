// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/event_options.hpp"
#include "lightflow/actors/log.hpp"
#include "lightflow/actors/network.hpp"
#include "lightflow/core/durability.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/persistence/encryption.hpp"
#include "lightflow/persistence/journal.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

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

/// What an engine does with the runs of its journal that were under way when
/// their program ended.
enum class interrupted_runs {
  /// They go on by themselves, a bounded number at a time.
  resume,
  /// They wait until `engine::recover`; `engine::list` tells them.
  wait,
};

/// What becomes of a start beyond engine_options::max_runs.
enum class excess_starts {
  /// It waits until other runs have ended, after those that came before it. Who
  /// calls a function waits in it; who sends a message waits for its answer. On
  /// CAF's test scheduler, where nothing ends while a function waits, functions
  /// refuse instead.
  wait,
  /// It is refused with error_code::too_many_runs.
  refuse,
};

/// How an engine runs. The defaults are meant to be kept.
struct engine_options {
  executor runs_on = executor::own_threads;

  /// Threads to keep running code; 0 for one per core.
  std::size_t threads = 0;

  /// Threads that may be held by steps at once, blocked ones included. More
  /// steps wait for one of these to return.
  std::size_t max_threads = 256;

  /// Runs that may be under way at once: which have begun and not ended, those
  /// included that go on after a crash or a recovery. 0: any number.
  std::size_t max_runs = 0;

  /// What becomes of starts beyond that, and of recoveries.
  excess_starts excess = excess_starts::wait;

  /// Starts and recoveries by messages that may wait at once for other runs to
  /// end. More are refused with error_code::too_many_runs.
  std::size_t max_waiting = 1024;

  /// Where the engine logs; empty for spdlog's default logger.
  log_function log;

  /// What is done with events.
  event_options events;

  /// Where recoverable runs are kept, for one engine at a time: a second one is
  /// refused. Null: nowhere, and starting a recoverable flow is an error.
  std::shared_ptr<lightflow::journal> journal;

  /// What the journal's entries survive, for flows that do not say it. A run
  /// whose durability is `none` is as if its flow were not recoverable.
  lightflow::durability durability = lightflow::durability::sync;

  /// What is done with runs that were under way when their program ended.
  interrupted_runs interrupted = interrupted_runs::resume;

  /// How many bytes the encoding of a value in a recoverable run may have.
  std::size_t value_limit = std::size_t{1} << 20;

  /// Which values are encrypted in the journal; null: none.
  std::shared_ptr<const lightflow::encryption> encryption;

  /// How long runs that succeeded are kept in the journal; nothing: until they
  /// are forgotten by `engine::forget`. Runs that failed are kept until they
  /// are recovered or forgotten.
  std::optional<duration> retention;

  /// How the engine talks to other nodes. Nothing: an actor system of the
  /// engine's own cannot, and has no threads for it; one that was given to it
  /// does as it was configured.
  std::optional<network_options> network = {};

  /// How often the engine and its workers tell each other that they are there,
  /// and how long each waits for that before it takes the other for lost: from
  /// a millisecond to a day, the second not shorter than the first.
  duration worker_heartbeat = std::chrono::seconds{2};
  duration worker_patience = std::chrono::seconds{10};
};

} // namespace lightflow
