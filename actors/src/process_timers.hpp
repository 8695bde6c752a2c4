// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/time.hpp"
#include "lightflow/core/topology.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>

#include <boost/container/small_vector.hpp>

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
  /// it can be left to the next tick. Asks `now()`, which takes time, only if
  /// that is not known already.
  template <class Now>
  std::optional<duration> next_wake(Now now, duration horizon) {
    if (timers_.empty() || is_seen_to(timers_.top().time))
      return std::nullopt;
    auto next = timers_.top().time;
    auto left = next - now();
    (left > horizon ? left_to_tick_ : wake_) = next;
    return left > horizon ? std::nullopt
                          : std::optional{std::max(left, duration::zero())};
  }

  /// That message has come.
  void woken() {
    wake_.reset();
  }

  /// A tick has come.
  void ticked() {
    left_to_tick_.reset();
  }

private:
  /// Whether what comes earlier, or then, is seen to.
  bool is_seen_to(time_point x) const {
    return (wake_ && *wake_ <= x) || (left_to_tick_ && *left_to_tick_ <= x);
  }

  /// Those of a process of one step lie in it.
  using heap = boost::container::small_vector<process_timer, 2>;

  std::priority_queue<process_timer, heap, std::greater<>> timers_;
  std::optional<time_point> wake_; // of the message that is on its way
  std::optional<time_point> left_to_tick_;
};

} // namespace lightflow
