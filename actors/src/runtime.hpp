// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/log.hpp"
#include "lightflow/core/event.hpp"
#include "lightflow/core/time.hpp"

#include "actor_watch.hpp"
#include "notice_board.hpp"
#include "open_attempts.hpp"
#include "running_functions.hpp"
#include "thread_pool.hpp"

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace lightflow {

struct journal_access;
struct worker_access;

/// What all actors of an engine share. Outlives them.
struct runtime {
  caf::actor_system& system;
  log_function log;
  thread_pool* pool; // null: CAF's scheduler runs the actors
  event_sink* events;
  notice_board* notices;
  std::size_t handlers_at_once; // of events

  /// How many steps of a process are handed out at once: more than can run, so
  /// that no thread waits, and few enough to keep a fan of 100,000 small. Those
  /// that are delegated do not count, since they hold no thread.
  std::size_t window;

  running_functions functions = {};
  open_attempts open = {};
  actor_watch watch = {};

  // CAF's clock is steady, and virtual in tests; this maps it to wall time.
  caf::actor_clock::time_point steady_start = system.clock().now();
  time_point wall_start = clock::now();

  /// How many threads may be held by event handlers: as many as may run, the
  /// same number of overdue ones, and one for discarded events.
  std::size_t event_threads() const {
    return 2 * handlers_at_once + 1;
  }

  /// Where event handlers run; null: on CAF's scheduler. They run among the
  /// steps while the system gives them no threads. Used by the dispatcher only.
  thread_pool* event_pool();

  /// Where the journal is written, so that a slow disk holds up nothing else;
  /// null: on CAF's scheduler. Used by the engine only.
  thread_pool* journal_pool() {
    if (pool != nullptr && writer_pool == nullptr)
      writer_pool
        = std::make_unique<thread_pool>(system, thread_pool::options{1, 1});
    return writer_pool.get();
  }

  std::unique_ptr<thread_pool> events_pool = nullptr;
  std::unique_ptr<thread_pool> writer_pool = nullptr;

  /// Null: the engine has no journal.
  std::shared_ptr<journal_access> journal = nullptr;

  /// Null in a worker.
  std::shared_ptr<worker_access> workers = nullptr;

  /// Logs that an actor dies of an exception of our own.
  void log_defect(std::string_view actor, std::exception_ptr what) const;

  /// Has that logged of an actor, by the name that `who` gives when it dies.
  template <class Self, class Who>
  void log_defects_of(Self& self, Who who) const {
    self.set_exception_handler(
      [this, who](std::exception_ptr& what) -> caf::error {
        log_defect(who(), what);
        return caf::exit_reason::unhandled_exception;
      });
  }

  time_point now() const {
    return wall_start + (system.clock().now() - steady_start);
  }
};

} // namespace lightflow
