// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

namespace lightflow::tests {

/// What a step returns: a number under 1000 that depends on all it has seen.
inline int work_result(const std::string& step, std::span<const int> seen) {
  unsigned result = 7;
  for (auto c : step)
    result = (result * 31 + static_cast<unsigned char>(c)) % 1000;
  for (auto x : seen)
    result = (result * 31 + static_cast<unsigned>(x + 1)) % 1000;
  return static_cast<int>(result);
}

/// What it sets as the i-th of its keys then.
inline int work_value(int result, std::size_t i) {
  return (result + static_cast<int>(i)) % 10;
}

/// What a step sees of one that returned nothing, and of a key that is missing.
inline constexpr int nothing_seen = -1;

/// The entity of the resource that steps use.
inline constexpr int resource_entity = 14;

} // namespace lightflow::tests
