// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lightflow::tests {

/// A step of a random process, and what it must give whatever happens to the
/// program: a number made of the numbers that its ancestors gave.
struct random_step {
  std::string name;
  std::vector<std::size_t> after;   // steps of its process, all before it
  std::optional<std::size_t> reads; // an ancestor of which it reads a key
  unsigned failures = 0;            // before it succeeds
  unsigned retries = 0;
  unsigned microseconds = 0; // that it takes
  std::size_t padding = 0;   // bytes that it sets besides its number
  std::uint64_t value = 0;   // what it must give
};

/// The number of a step that saw these.
std::uint64_t combine(const std::string& step,
                      std::span<const std::uint64_t> seen);

struct random_process {
  std::string name;
  std::vector<random_step> steps;
};

struct random_flow {
  std::string name;
  std::vector<random_process> processes;
};

/// Flows with processes and steps that depend on the seed alone.
std::vector<random_flow> make_flows(std::uint64_t seed);

} // namespace lightflow::tests
