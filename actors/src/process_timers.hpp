// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/settings.hpp"
#include "lightflow/core/topology.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

namespace lightflow {

/// Something for a process to look at when its time has come.
struct process_timer {
  enum class kind {
    process_timeout,
    step_timeout,
    retry,
    step_conclusion,
    process_conclusion,
  };

  time_point time;
  kind what;
  step_index step = 0; // if it is about one
  std::uint32_t attempt = 0;

  friend bool operator>(const process_timer& x, const process_timer& y) {
    return x.time > y.time;
  }
};

/// The timers of a process. One message wakes it for the earliest of them; the
/// process sends that to itself when `next_wake` says so.
class process_timers {
public:
  void add(process_timer x) {
    timers_.push(x);
  }

  bool empty() const {
    return timers_.empty();
  }

  /// Takes out a timer whose time has come.
  std::optional<process_timer> take_due(time_point now);

  /// How long from now to the earliest timer, if a message is to be sent for
  /// it: none that comes in time is on its way, and it is not so far away that
  /// it can be left to the next tick.
  std::optional<duration> next_wake(time_point now, duration horizon);

  /// That message has come.
  void woken() {
    wake_.reset();
  }

private:
  std::priority_queue<process_timer, std::vector<process_timer>, std::greater<>>
    timers_;
  std::optional<time_point> wake_; // of the message that is on its way
};

} // namespace lightflow
