// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lightflow {

/// What will make a run or process go on. One that is not at its end always has
/// such a source, so that none is ever stuck.
enum class wake_source : std::uint8_t {
  /// It needs none.
  ended,
  /// Its own start.
  start,
  /// The end of what runs before its first step or process.
  preparation,
  /// The end of a step under way.
  running_step,
  /// A step that can start at once.
  ready_step,
  /// The end of a wait before another attempt.
  retry,
  /// Somebody who resumes it.
  resume,
  /// Its processes, each of which has a source of its own.
  processes,
  /// The end of what runs after a step, or after the last step or process.
  conclusion,
  /// Somebody who recovers it.
  recovery,
  /// A worker with a free slot, for all steps under way.
  worker,
};

inline constexpr std::size_t wake_sources = 11;

/// Its name, such as "running_step".
std::string_view to_string(wake_source x);

/// What a unit waits for.
struct wake_reason {
  std::string unit_id;
  wake_source source;

  friend bool operator==(const wake_reason&, const wake_reason&) = default;
};

} // namespace lightflow
