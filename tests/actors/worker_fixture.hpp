// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/lightflow.hpp"

#include "../../actors/src/work_queue_actor.hpp"
#include "../../actors/src/worker_actor.hpp"

#include "../support/printing.hpp"
#include "../support/test_scheduler.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lightflow::tests {

using namespace std::chrono_literals;

/// Notes all that is sent to it, as its receiver says it.
class recorder : public caf::event_based_actor {
public:
  using log = std::vector<std::string>;

  recorder(caf::actor_config& cfg, log& to)
      : event_based_actor(cfg), log_(to) {}

protected:
  void note(std::string x) {
    log_.push_back(std::move(x));
  }

private:
  log& log_;
};

/// CAF's test scheduler and what actors of an engine share.
class actor_fixture {
public:
  actor_fixture() {
    config_.set("scheduler.policy", caf::atom("testing"));
    system_.emplace(config_);
    env_.reset(new runtime{
      .system = *system_,
      .log = [this](log_level, std::string_view x) { log.emplace_back(x); },
      .pool = nullptr,
      .events = &events,
      .notices = nullptr,
      .handlers_at_once = 0,
      .window = 1});
  }

  caf::actor_system& system() {
    return *system_;
  }

  runtime& env() {
    return *env_;
  }

  void run_all() {
    scheduler().run();
  }

  /// Lets time pass in small steps.
  void advance(duration time, duration step = 10ms) {
    for (; time > duration::zero(); time -= step) {
      scheduler().advance_time(std::min(time, step));
      run_all();
    }
  }

  /// Lets time pass without anybody doing anything.
  void skip(duration time) {
    scheduler().advance_time(time);
  }

  struct sink : event_sink {
    void emit(event x) noexcept override {
      all.push_back(to_string(x));
    }
    std::vector<std::string> all;
  };

  sink events;
  std::vector<std::string> log;

private:
  caf::scheduler::test_coordinator& scheduler() {
    return test_scheduler(*system_);
  }

  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  std::unique_ptr<runtime> env_;
};

/// Whether some line has these parts in it.
inline bool has_line(const std::vector<std::string>& lines,
                     std::initializer_list<std::string_view> parts) {
  return std::any_of(lines.begin(), lines.end(), [&](auto& line) {
    return std::all_of(parts.begin(), parts.end(), [&](auto part) {
      return line.find(part) != std::string::npos;
    });
  });
}

} // namespace lightflow::tests
