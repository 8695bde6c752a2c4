// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/context.hpp"
#include "lightflow/core/process_state.hpp"
#include "lightflow/core/run_info.hpp"
#include "lightflow/core/stop_signal.hpp"

#include "claim.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace lightflow {

/// What a process and its running step share besides messages: how to ask the
/// step to stop, and since when it has had a thread. The latter saves a message
/// per step; a step that waits for a thread does not use up its time.
class attempt_control {
public:
  stop_signal stop;

  void begin(time_point now) {
    begun_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// When the attempt got a thread; nothing if it has not.
  std::optional<time_point> begun() const {
    auto x = begun_.load(std::memory_order_relaxed);
    return x != 0 ? std::optional{time_point{time_point::duration{x}}}
                  : std::nullopt;
  }

  /// What comes before the function has passed.
  void enter_function() {
    in_function_.store(true, std::memory_order_relaxed);
  }

  /// Whether the function itself has begun.
  bool entered_function() const {
    return in_function_.load(std::memory_order_relaxed);
  }

  /// Who runs the callbacks after the step: its actor, or the process when the
  /// step times out.
  claim conclusion;

  /// Who tells the record hook that the step has ended.
  claim record;

  /// Whether it waits for a worker with a free slot.
  void set_waits_for_worker(bool x) {
    waits_for_worker_.store(x, std::memory_order_relaxed);
  }

  bool waits_for_worker() const {
    return waits_for_worker_.load(std::memory_order_relaxed);
  }

  /// What it does counts no more, since how the attempt ends is decided, or is
  /// left open until a recovery.
  void abandon() {
    abandoned_.store(true, std::memory_order_relaxed);
  }

  bool is_abandoned() const {
    return abandoned_.load(std::memory_order_relaxed);
  }

  // -- used by the process only -----------------------------------------------

  /// Whether the time of the step counts from this attempt.
  bool is_timed = false;

  /// Whether the step got more time, since its function had returned and only
  /// callbacks were left.
  bool extended = false;

  /// Whether it is decided how the attempt ended, although that may have to be
  /// written before it counts.
  bool decided = false;

private:
  std::atomic<time_point::rep> begun_{0};
  std::atomic<bool> in_function_{false};
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> waits_for_worker_{false};
};

/// What makes up one attempt of a step.
struct attempt {
  std::shared_ptr<const process_run> process;
  step_view view;
  std::uint32_t number;
  std::uint32_t uncounted; // attempts that leave the number of retries as it is
  std::uint32_t losses;    // of attempts before
  step_entry entry;        // with what it begins
  std::optional<callback_position> from; // the callback, if with one
  bool recovers;                         // the step has the status recovering
  std::optional<time_point> first_start; // of the first attempt; none: this is
  std::shared_ptr<const step_output> carried_over;
  std::shared_ptr<attempt_control> shared;
};

} // namespace lightflow
