// SPDX-License-Identifier: MIT
#include "lightflow/core/step_phase.hpp"

#include <cstddef>

namespace lightflow {

std::optional<step_phase> next_phase(step_phase phase, step_trigger trigger) {
  using enum step_phase;
  constexpr auto none = std::optional<step_phase>{};
  // clang-format off
  static constexpr std::optional<step_phase> table[step_phases][step_triggers] = {
    //              release  start    back_off     due    finish  drop   interrupt reopen
    /* waiting     */ {ready, none,    none,        none,  none,   ended, none,     none},
    /* ready       */ {none,  running, none,        none,  none,   ended, none,     none},
    /* running     */ {none,  none,    backing_off, none,  ended,  ended, ready,    none},
    /* backing_off */ {none,  none,    none,        ready, none,   ended, none,     none},
    /* ended       */ {none,  none,    none,        none,  none,   none,  none,     waiting},
  };
  // clang-format on
  return table[static_cast<std::size_t>(phase)]
              [static_cast<std::size_t>(trigger)];
}

std::string_view to_string(step_phase x) {
  static constexpr std::string_view names[step_phases]
    = {"waiting", "ready", "running", "backing_off", "ended"};
  return names[static_cast<std::size_t>(x)];
}

std::string_view to_string(step_trigger x) {
  static constexpr std::string_view names[step_triggers]
    = {"release", "start", "back_off",  "due",
       "finish",  "drop",  "interrupt", "reopen"};
  return names[static_cast<std::size_t>(x)];
}

} // namespace lightflow
