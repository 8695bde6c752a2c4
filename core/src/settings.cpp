// SPDX-License-Identifier: MIT
#include "lightflow/core/settings.hpp"

#include "lightflow/core/error.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// A number in [0, 1) that depends on nothing but the arguments: the
/// finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
/// Number Generators, 2014).
double chance(std::uint64_t seed, std::uint32_t attempt) {
  auto x = seed + attempt * 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) * 0x1.0p-53;
}

} // namespace

duration retry_policy::delay_after(std::uint32_t attempt,
                                   std::uint64_t seed) const {
  if (initial == duration::zero())
    return duration::zero(); // however large the factor's power
  // Far below the largest duration, so that no arithmetic on it overflows.
  constexpr double longest = 0x1.0p+60;
  auto wait = static_cast<double>(initial.count())
              * std::pow(factor, static_cast<double>(attempt) - 1);
  auto bound
    = cap > duration::zero() ? static_cast<double>(cap.count()) : longest;
  wait = std::min({wait, bound, longest});
  wait *= 1 - jitter * chance(seed, attempt);
  return duration{static_cast<duration::rep>(wait)};
}

settings settings::or_else(const settings& wider) const {
  auto result = *this;
  auto take = [](auto& own, const auto& other) {
    if (!own)
      own = other;
  };
  take(result.recoverable, wider.recoverable);
  take(result.process_timeout, wider.process_timeout);
  take(result.step_timeout, wider.step_timeout);
  take(result.retry, wider.retry);
  take(result.parallelism, wider.parallelism);
  take(result.default_callbacks, wider.default_callbacks);
  take(result.durability, wider.durability);
  return result;
}

const settings& settings::built_in() {
  static const settings result = {
    .recoverable = false,
    .process_timeout = std::chrono::hours{3},
    .step_timeout = std::chrono::hours{3},
    .retry = retry_policy{},
    .parallelism = 0,
    .default_callbacks = true,
    .durability = std::nullopt,
  };
  return result;
}

void require_valid(const retry_policy& x) {
  if (!(x.factor >= 1))
    throw definition_error(
      fmt::format("bad retry factor {}: use 1 or more", x.factor));
  if (!(x.jitter >= 0 && x.jitter <= 1))
    throw definition_error(
      fmt::format("bad retry jitter {}: use 0 to 1", x.jitter));
  if (x.initial < duration::zero() || x.cap < duration::zero())
    throw definition_error("bad retry: a wait cannot be negative");
}

} // namespace lightflow
