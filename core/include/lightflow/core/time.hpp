// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

namespace lightflow {

using clock = std::chrono::system_clock;
using time_point = clock::time_point;
using duration = std::chrono::nanoseconds;

/// The time so long after another one; the last there is if that is later.
inline time_point later(time_point x, duration wait) {
  return wait < time_point::max() - x ? x + wait : time_point::max();
}

/// As people write it: "50ms", "10s".
std::string describe(duration x);

} // namespace lightflow
