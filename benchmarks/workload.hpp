// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace lightflow::benchmarks {

/// What is measured: runs of steps that do nothing. The steps of a level run
/// side by side, each after all steps of the level before.
struct workload {
  std::string name;
  std::vector<std::uint32_t> levels; // how many steps each has
  std::size_t runs = 1;              // under way at once

  std::size_t steps() const {
    return runs * std::accumulate(levels.begin(), levels.end(), std::size_t{});
  }
};

/// One step, `width` steps side by side, one step.
inline workload fan(std::string name, std::uint32_t width) {
  return {std::move(name), {1, width, 1}};
}

/// Steps one after the other.
inline workload chain(std::string name, std::size_t length) {
  return {std::move(name), std::vector<std::uint32_t>(length, 1)};
}

/// Flows of one step: all are started, then all are waited for.
inline workload single_steps(std::string name, std::size_t runs) {
  return {std::move(name), {1}, runs};
}

} // namespace lightflow::benchmarks
