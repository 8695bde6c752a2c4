// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/process_state.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow::tests {

inline const callback_position third_of_flow{callback_scope::flow, 2};

/// A process of which the test plays all that happens, event by event.
struct state_fixture {
  lightflow::catalog catalog;
  process_definition& process = catalog.flow_with_process("flow");

  process_state started() {
    process_state result{catalog.plan("flow")->processes[0],
                         std::make_shared<const writes>()};
    result.apply(process_started{epoch});
    return result;
  }

  static step_index index(const process_state& state, std::string_view step) {
    return state.plan().find(step).value();
  }

  static status flags(const process_state& state, std::string_view step) {
    return state.step(index(state, step)).flags;
  }

  static step_phase phase(const process_state& state, std::string_view step) {
    return state.step(index(state, step)).phase;
  }

  /// Starts all steps that may start; gives their names.
  static std::vector<std::string> start_all(process_state& state) {
    std::vector<std::string> result;
    while (auto x = state.next_step()) {
      state.apply(step_started{*x, state.step(*x).attempt + 1, at(1)});
      result.push_back(state.plan().steps[*x].name);
    }
    return result;
  }

  static void end(process_state& state, std::string_view step,
                  status outcome = status::success) {
    auto x = index(state, step);
    state.apply(step_finished{x, state.step(x).attempt, outcome,
                              outcome.is_abnormal() ? "why" : "", at(1), at(2),
                              nullptr});
  }

  using names = std::vector<std::string>;
};

/// What can be seen of a state, as text.
inline std::string describe(const process_state& state) {
  auto result = to_string(state.own_status()) + '/'
                + to_string(state.any_status()) + ' '
                + std::to_string(state.running()) + '/'
                + std::to_string(state.running_delegated());
  for (step_index x = 0; x < state.plan().steps.size(); ++x) {
    auto& s = state.step(x);
    result += ';' + std::string{to_string(s.phase)} + to_string(s.flags)
              + std::to_string(s.attempt) + '-'
              + std::to_string(s.uncounted_attempts) + '-'
              + std::to_string(state.losses(x)) + ' '
              + std::to_string(static_cast<int>(s.entry))
              + state.error_of(x, "id");
  }
  if (auto next = state.next_step())
    result += " next " + std::to_string(*next);
  return result;
}

} // namespace lightflow::tests
