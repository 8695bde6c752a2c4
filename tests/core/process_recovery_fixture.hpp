// SPDX-License-Identifier: MIT
#pragma once

#include "state_fixture.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace lightflow {

inline std::ostream& operator<<(std::ostream& out, step_entry x) {
  static constexpr const char* names[] = {
    "beginning", "conditions", "callback_before", "function", "callback_after"};
  return out << names[static_cast<int>(x)];
}

inline std::ostream& operator<<(std::ostream& out, wake_source x) {
  return out << to_string(x);
}

} // namespace lightflow

namespace lightflow::tests {

inline const callback_breakpoint before_it{callback_moment::before,
                                           third_of_flow};
inline const callback_breakpoint after_it{callback_moment::after,
                                          third_of_flow};

inline std::shared_ptr<const step_output> output(std::string_view key, int x) {
  return std::make_shared<step_output>(
    step_output{writes{{std::string{key}, x}}, x});
}

/// A process of a recoverable run.
struct process_recovery_fixture : state_fixture {
  process_state fresh() {
    return {catalog.plan("flow")->processes[0],
            std::make_shared<const writes>(), true};
  }

  process_state begun() {
    auto result = fresh();
    result.apply(process_started{epoch});
    return result;
  }

  static void interrupt(process_state& state) {
    state.apply(process_interrupted{at(10)});
  }

  static void reopen(process_state& state) {
    state.apply(process_reopened{at(20)});
  }

  static step_entry entry(const process_state& state, std::string_view step) {
    return state.step(index(state, step)).entry;
  }

  static void finish(process_state& state, std::string_view step,
                     status outcome, std::shared_ptr<const step_output> left,
                     std::optional<callback_breakpoint> where = std::nullopt) {
    auto x = index(state, step);
    state.apply(step_finished{x, state.step(x).attempt, outcome,
                              outcome.is_abnormal() ? "why" : "", at(1), at(2),
                              std::move(left), where});
  }

  static void conclude(process_state& state, status flags = {}) {
    process_concluded x;
    x.time = at(5);
    x.flags = flags;
    state.apply(x);
  }

  static void prepare(process_state& state) {
    state.apply(process_prepared{at(3), std::nullopt, nullptr});
  }

  static int seen(const process_state& state, std::string_view step,
                  std::string_view key) {
    auto found
      = step_view{state.shared_context(), index(state, step)}.find(key);
    return found != nullptr ? found->as<int>() : 0;
  }

  const status again = status::pending | status::recovering;
};

} // namespace lightflow::tests
