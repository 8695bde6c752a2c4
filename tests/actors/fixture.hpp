// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/lightflow.hpp"

#include "../support/printing.hpp"
#include "../support/test_scheduler.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow::tests {

using namespace std::chrono_literals;

/// Holds a catalog and runs its flows on CAF's test scheduler: nothing happens
/// but in `run_all` and `advance`, time is virtual, and all is in one thread.
class deterministic_fixture {
public:
  deterministic_fixture() {
    config_.set("scheduler.policy", caf::atom("testing"));
  }

  ~deterministic_fixture() {
    destroy_engine();
    for (auto& x : kept_)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    kept_.clear();
    if (system_)
      run_all();
  }

  caf::actor_system& system() {
    if (!system_)
      system_.emplace(config_);
    return *system_;
  }

  /// Has an actor of the test end with it.
  caf::actor keep(caf::actor x) {
    return kept_.emplace_back(std::move(x));
  }

  /// Made at first use, so that a test can define its flows before.
  lightflow::engine& engine() {
    if (!engine_) {
      engine_options options;
      options.runs_on = executor::system_scheduler;
      options.log
        = [this](log_level, std::string_view text) { log.emplace_back(text); };
      options.events = events;
      options.journal = journal;
      options.interrupted = interrupted;
      if (configure)
        configure(options);
      engine_.emplace(system(), catalog, options);
    }
    return *engine_;
  }

  void destroy_engine() {
    engine_.reset();
  }

  /// Starts a run and does all that can be done without time passing.
  run_handle start(std::string_view flow, inputs input = {}) {
    auto result = engine().start(flow, std::move(input));
    run_all();
    return result;
  }

  void run_all() {
    scheduler().run();
  }

  void run_one() {
    (void)scheduler().try_run_once();
  }

  /// Lets time pass at once, without anything being done.
  void skip(duration time) {
    scheduler().advance_time(time);
  }

  /// Lets time pass, in small steps, so that what one timer sets off can set
  /// others before these are due.
  void advance(duration time, duration step = 1ms) {
    for (; time > duration::zero(); time -= step) {
      scheduler().advance_time(std::min(time, step));
      run_all();
    }
  }

  lightflow::catalog catalog;
  // Of the engine, taken when it is made.
  event_options events;
  std::shared_ptr<lightflow::journal> journal
    = std::make_shared<memory_journal>();
  interrupted_runs interrupted = interrupted_runs::resume;
  std::function<void(engine_options&)> configure; // sets what else there is
  std::vector<std::string> log;

private:
  caf::scheduler::test_coordinator& scheduler() {
    return test_scheduler(*system_);
  }

  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  std::vector<caf::actor> kept_;
  std::optional<lightflow::engine> engine_;
};

} // namespace lightflow::tests
