// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/log.hpp"
#include "lightflow/actors/network.hpp"
#include "lightflow/core/catalog.hpp"
#include "lightflow/core/time.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lightflow {

/// What a worker is and where its engine is. The first two have to be said.
/// Times may be from a millisecond, that to drain from zero, to a day.
struct worker_options {
  /// Where the engine listens.
  endpoint engine;

  /// The worker runs steps that are `on` one of these. They follow the rules
  /// for names, as the name of the worker does.
  std::vector<std::string> labels = {};

  /// For logs and errors; empty for the name of the computer and the id of the
  /// process.
  std::string name = {};

  /// How many steps it runs at once; 0 for one per core.
  std::size_t slots = 0;

  /// TLS, or that it can do without.
  network_options network = {};

  /// How long `run` waits for its steps when it was told to stop.
  duration drain_time = std::chrono::seconds{30};

  /// How long the engine has to accept a connection and to welcome the worker.
  duration answer_time = std::chrono::seconds{5};

  /// The waits before it tries to connect again, from the first to the longest;
  /// each is shortened by chance, by up to a half.
  duration first_wait = std::chrono::milliseconds{100};
  duration longest_wait = std::chrono::seconds{10};

  /// Where the worker logs; empty for spdlog's default logger.
  log_function log = {};
};

/// Runs steps for an engine that is in another program, maybe on another
/// computer: those that are defined to be `on` one of its labels, of flows that
/// its catalog defines as the engine's does. A whole program:
///
///     lf::catalog catalog;
///     define(catalog); // as the engine's program does
///     lf::worker worker{catalog, {{"engine.example", 4711}, {"gpu"}}};
///     lf::stop_on_signals signals{worker};
///     worker.run();
///
/// Only the function of a step runs here, on threads of the worker's own. Its
/// context comes along; its resources, conditions, callbacks and retries are at
/// the engine.
class worker {
public:
  /// The catalog must outlive the worker; its flows are sealed. Throws
  /// lightflow::error: with error_code::bad_request for bad names, no labels,
  /// port 0, and times or numbers that no engine takes, bad_definition if a
  /// flow's definition is not complete, unencrypted, and bad_tls.
  worker(const catalog& flows, worker_options options);

  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  ~worker();

  /// Called once. Connects to the engine, again and again if need be, and runs
  /// its steps until `stop` is called. Then it takes nothing new, finishes what
  /// it has, says goodbye, and returns. What takes longer than the drain time
  /// is asked to stop through its stop token, and given to other workers; this
  /// returns when all functions have. Throws internal if a defect ends it.
  void run();

  /// Has `run` return, also if that is called later. May be called at any time,
  /// from any thread and from signal handlers.
  void stop() noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

/// Stops a worker on SIGINT and SIGTERM, for as long as this lives. There can
/// be one at a time.
class stop_on_signals {
public:
  explicit stop_on_signals(worker& x);

  stop_on_signals(const stop_on_signals&) = delete;
  stop_on_signals& operator=(const stop_on_signals&) = delete;

  ~stop_on_signals();

private:
  struct handlers;
  std::unique_ptr<handlers> before_;
};

} // namespace lightflow
