// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lightflow {

/// Where a step is in its life.
enum class step_phase : std::uint8_t {
  /// Something that it runs after has not ended.
  waiting,
  /// Nothing keeps it from starting but a pause or the parallelism limit.
  ready,
  /// An attempt is under way.
  running,
  /// An attempt failed; the wait before the next one is not over.
  backing_off,
  /// At its end.
  ended,
};

/// What moves a step from one phase to another.
enum class step_trigger : std::uint8_t {
  /// The last of its dependencies ended.
  release,
  /// An attempt starts.
  start,
  /// The attempt failed and is to be repeated.
  back_off,
  /// The wait before the next attempt is over.
  due,
  /// The attempt came to the end of the step.
  finish,
  /// The step ends without (another) attempt: cancelled, stopped or skipped.
  drop,
  /// The program ended during the attempt, or who did it was lost, and the step
  /// is to run again.
  interrupt,
  /// The step had ended abnormally, and is to run in the recovered run.
  reopen,
};

inline constexpr std::size_t step_phases = 5;
inline constexpr std::size_t step_triggers = 8;

/// The phase after `trigger`; nothing if the trigger has no meaning in this
/// phase, as when a message about an attempt comes late.
std::optional<step_phase> next_phase(step_phase phase, step_trigger trigger);

std::string_view to_string(step_phase x);

std::string_view to_string(step_trigger x);

} // namespace lightflow
