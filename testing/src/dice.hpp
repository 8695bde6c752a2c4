// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace lightflow::testing {

/// Chance that a seed decides, the same on all machines.
class dice {
public:
  explicit dice(std::uint64_t seed) : numbers_(seed) {}

  /// Whether something happens that has this probability.
  bool chance(double probability) {
    constexpr double unit = 0x1.0p-53;
    return static_cast<double>(numbers_() >> 11) * unit < probability;
  }

  /// One of the numbers from 0 to `n` - 1, for a positive `n`.
  std::size_t below(std::size_t n) {
    return static_cast<std::size_t>(numbers_() % n);
  }

private:
  std::mt19937_64 numbers_; // the standard fixes what it gives
};

} // namespace lightflow::testing
