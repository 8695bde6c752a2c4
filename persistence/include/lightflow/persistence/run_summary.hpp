// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/status.hpp"
#include "lightflow/core/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace lightflow {

/// How a run in a journal goes on, if it does.
enum class run_condition : std::uint8_t {
  /// It is under way; or it was when its program ended, and is to be resumed.
  running,
  /// It failed, and waits until somebody recovers it.
  suspended,
  /// It succeeded.
  finished,
};

inline constexpr std::size_t run_conditions = 3;

std::string_view to_string(run_condition x);

/// What is known of a run without reading its records.
struct run_summary {
  std::string id;
  std::string flow;
  /// The fingerprint of the definition by which it last began or went on.
  std::string definition;
  run_condition condition = run_condition::running;
  status state;
  time_point start;
  time_point updated; // when this was written

  friend bool operator==(const run_summary&, const run_summary&) = default;
};

} // namespace lightflow
