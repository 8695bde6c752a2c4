// SPDX-License-Identifier: MIT
#include "workload.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace lightflow::benchmarks {

workload fan(std::string name, std::uint32_t width) {
  workload result{std::move(name), {{}}};
  result.after.resize(width + 1, {0});
  auto& last = result.after.emplace_back(width);
  std::iota(last.begin(), last.end(), 1);
  return result;
}

workload chain(std::string name, std::uint32_t length) {
  workload result{std::move(name), {{}}};
  for (std::uint32_t i = 1; i < length; ++i)
    result.after.push_back({i - 1});
  return result;
}

workload side_by_side(std::string name, std::uint32_t count) {
  workload result{std::move(name), {}};
  result.after.resize(count);
  return result;
}

/// Without a distribution of the standard library, since these differ.
workload random_dag(std::string name, std::uint32_t count) {
  std::mt19937 random{1};
  workload result{std::move(name), {{}}};
  for (std::uint32_t i = 1; i < count; ++i) {
    auto& after = result.after.emplace_back();
    for (auto wanted = 1 + random() % 3; wanted > 0; --wanted)
      after.push_back(random() % i);
    std::sort(after.begin(), after.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());
  }
  return result;
}

workload single_steps(std::string name, std::size_t runs) {
  return {std::move(name), {{}}, runs};
}

std::vector<std::uint32_t> levels(const workload& what) {
  std::vector<std::uint32_t> result;
  std::vector<std::uint32_t> level_of;
  for (auto& after : what.after) {
    std::uint32_t level = 0;
    for (auto x : after)
      level = std::max(level, level_of[x] + 1);
    level_of.push_back(level);
    if (level == result.size())
      result.push_back(0);
    ++result[level];
  }
  return result;
}

} // namespace lightflow::benchmarks
