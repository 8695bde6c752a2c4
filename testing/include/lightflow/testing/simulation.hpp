// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/engine.hpp"
#include "lightflow/actors/options.hpp"
#include "lightflow/actors/run_handle.hpp"
#include "lightflow/actors/worker.hpp"
#include "lightflow/core/catalog.hpp"
#include "lightflow/testing/message_fate.hpp"
#include "lightflow/testing/simulated_journal.hpp"
#include "lightflow/testing/trace.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace caf {

class actor_system;

} // namespace caf

namespace lightflow::testing {

/// Defines the flows of a program in an empty catalog. Called once for each
/// start of the simulated program and of each worker, as they would do.
///
/// It is made of any function that takes a catalog. One that also takes the
/// actor system of the simulation can spawn actors there that do steps: they
/// live in its virtual time, and take turns with all else. What spawns one may
/// keep a handle, and then it outlives programs; but not the simulation, before
/// whose end the handle must go.
class definition {
public:
  definition(std::invocable<catalog&> auto f)
      : define_([f = std::move(f)](catalog& to, caf::actor_system&) mutable {
          f(to);
        }) {}

  definition(std::invocable<catalog&, caf::actor_system&> auto f)
      : define_(std::move(f)) {}

  void operator()(catalog& to, caf::actor_system& where) const {
    define_(to, where);
  }

private:
  std::function<void(catalog&, caf::actor_system&)> define_;
};

/// Thrown by whatever call has the simulated program go on when that crashes:
/// nothing of it runs any more until `simulation::crash` has cleaned up.
class program_crashed : public std::runtime_error {
public:
  program_crashed() : std::runtime_error("the simulated program crashed") {}
};

/// A moment of a call of a step's function.
enum class call_moment : std::uint8_t { before, after };

struct simulation_options {
  /// Sets options of each engine. Where it runs, its log and its journal are up
  /// to the simulation.
  std::function<void(engine_options&)> configure;

  /// Decides in which order what can be done at the same time is done. The same
  /// seed gives the same order; without one, it is done first come first
  /// served.
  std::optional<std::uint64_t> seed;

  /// Whether a step is to fail at this moment: before its function is called,
  /// which it is not then, or after, when it did its work. Empty: none is.
  std::function<bool(const step&, call_moment)> fails;

  /// Workers that run from the beginning. Each needs a name and labels; where
  /// the engine is, how it is reached and the log are up to the simulation.
  std::vector<worker_options> workers;

  /// Says what becomes of messages between the engine and workers; empty: they
  /// arrive at once.
  message_judge network;

  /// How much virtual time a run may take until `finish` gives up.
  duration patience = std::chrono::hours{24 * 30};
};

/// A program that runs flows, in a world where nothing is left to chance: all
/// is in the thread that calls, time is virtual and passes only here, so that a
/// timeout of hours takes none, and the journal survives crashes. The same
/// calls give the same trace.
///
/// Functions of steps are called as always. One that blocks takes real time and
/// no virtual time; let it call `advance` instead.
class simulation {
public:
  explicit simulation(definition define, simulation_options options = {});

  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;

  ~simulation();

  // -- the program ------------------------------------------------------------

  /// The engine of the program, which this starts if it is not running.
  lightflow::engine& engine();

  /// Starts a run, or gives the one that has this id, and does all that can be
  /// done at once.
  run_handle start_as(std::string id, std::string_view flow, inputs input = {});

  /// Lets time pass until a run has ended. Throws broken_expectation if it has
  /// not after simulation_options::patience, telling what it waits for.
  run_report finish(const run_handle& run);

  /// The program is gone at once, as by kill -9, also if it was on its way to
  /// crash. Functions that were about to begin do not; resources are released
  /// all the same. If that was by a loss of power, it takes the last `lost`
  /// commits along, at most simulated_journal::unsynced. The next use of
  /// `engine` starts the program again.
  void crash(std::size_t lost = 0);

  /// Ends the program in good order; the next use of `engine` starts it again.
  void shut_down();

  /// The journal of the program.
  simulated_journal& disk() noexcept;

  /// Has all commits fail for so long. While a commit fails, a call to the
  /// engine lets time pass until it is written, since it may wait for that.
  void fail_disk(duration time);

  // -- workers ----------------------------------------------------------------

  /// Starts a worker as those of simulation_options::workers. Throws
  /// std::invalid_argument if it has no name or labels, or another one has its
  /// name; and so do the others if there is none of that name.
  void start_worker(worker_options options);

  /// A worker is gone at once, as by kill -9, and its connection with it.
  void kill_worker(std::string_view name);

  /// Has a worker finish what it has, and leave.
  void stop_worker(std::string_view name);

  // -- time -------------------------------------------------------------------

  /// Calls a function when so much time has passed, in whatever call lets it
  /// pass. It may use the simulation.
  void later(duration time, std::function<void()> what);

  /// Does all that can be done without time passing.
  void settle();

  /// Lets time pass, and does all that comes due in it, each at its time. In a
  /// function of a step, makes as if that took so long: all else goes on
  /// meanwhile. Of several functions that do so at once, the one that began
  /// last returns first.
  void advance(duration time);

  /// The time since the simulation began.
  duration now() const;

  // -- what has happened ------------------------------------------------------

  const lightflow::testing::trace& trace() const noexcept;

  /// How often the function of a step was called, in all runs and by all
  /// programs. Steps that actors do are not counted.
  std::size_t calls(std::string_view process, std::string_view step) const;

  /// The ids of steps whose functions were called although the journal had that
  /// they succeeded: always empty, unless LightFlow has a defect.
  const std::vector<std::string>& repeated() const noexcept;

private:
  class world;
  std::unique_ptr<world> world_;
};

} // namespace lightflow::testing
