// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/step.hpp"
#include "lightflow/core/time.hpp"

#include <chrono>

// What many tests need, and do not care about.

namespace lightflow::tests {

/// The function of a step that does nothing.
inline void nothing(step&) {}

inline const time_point epoch{};

inline time_point at(int seconds) {
  return epoch + std::chrono::seconds{seconds};
}

} // namespace lightflow::tests
