// SPDX-License-Identifier: MIT
#include "random_flow.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

constexpr std::size_t flows = 8;
constexpr std::size_t most_processes = 2;
constexpr std::size_t most_steps = 24;

/// std's distributions may differ between libraries; seeds should not.
class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t bound) {
    return engine_() % bound;
  }

  bool one_in(std::uint64_t x) {
    return below(x) == 0;
  }

private:
  std::mt19937_64 engine_;
};

std::vector<std::size_t> some_before(std::size_t step, dice& chance) {
  std::vector<std::size_t> result;
  for (auto n = step == 0 ? 0 : chance.below(4); n > 0; --n)
    result.push_back(chance.below(step));
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// Any ancestor: a walk upwards of some length.
std::optional<std::size_t> some_ancestor(const random_process& process,
                                         const random_step& step,
                                         dice& chance) {
  std::optional<std::size_t> result;
  auto* at = &step;
  do {
    if (at->after.empty())
      break;
    result = at->after[chance.below(at->after.size())];
    at = &process.steps[*result];
  } while (!chance.one_in(3));
  return result;
}

random_step make_step(const random_process& process, dice& chance) {
  random_step result;
  result.name = fmt::format("s{}", process.steps.size());
  result.after = some_before(process.steps.size(), chance);
  result.reads = some_ancestor(process, result, chance);
  result.failures = chance.one_in(10) ? 1 + chance.below(2) : 0;
  result.retries = chance.one_in(2) ? 2 : 0;
  result.microseconds = chance.below(3000);
  result.padding = chance.one_in(5) ? chance.below(20'000) : 0;
  std::vector<std::uint64_t> seen;
  for (auto x : result.after)
    seen.push_back(process.steps[x].value);
  if (result.reads)
    seen.push_back(process.steps[*result.reads].value);
  result.value = combine(result.name, seen);
  return result;
}

} // namespace

/// FNV-1a, a byte at a time.
std::uint64_t combine(const std::string& step,
                      std::span<const std::uint64_t> seen) {
  std::uint64_t result = 0xcbf29ce484222325;
  auto add
    = [&](std::uint64_t byte) { result = (result ^ byte) * 0x100000001b3; };
  for (auto c : step)
    add(static_cast<unsigned char>(c));
  for (auto x : seen)
    for (auto shift = 0U; shift < 64; shift += 8)
      add((x >> shift) & 0xffU);
  return result;
}

std::vector<random_flow> make_flows(std::uint64_t seed) {
  dice chance{seed};
  std::vector<random_flow> result;
  for (std::size_t i = 0; i < flows; ++i) {
    random_flow flow{fmt::format("flow-{}", i), {}};
    auto processes = 1 + chance.below(most_processes);
    for (std::size_t n = 0; n < processes; ++n) {
      random_process process{fmt::format("{}-p{}", flow.name, n), {}};
      for (auto m = 1 + chance.below(most_steps); m > 0; --m)
        process.steps.push_back(make_step(process, chance));
      flow.processes.push_back(std::move(process));
    }
    result.push_back(std::move(flow));
  }
  return result;
}

} // namespace lightflow::tests
