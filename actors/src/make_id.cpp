// SPDX-License-Identifier: MIT
#include "make_id.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <utility>

namespace lightflow {

namespace {

/// All of its state comes from the system's source of chance.
std::mt19937_64 make_generator() {
  std::random_device system;
  std::array<std::random_device::result_type, 2 * std::mt19937_64::state_size>
    chance;
  std::generate(chance.begin(), chance.end(), std::ref(system));
  std::seed_seq seed(chance.begin(), chance.end());
  return std::mt19937_64{seed};
}

/// A system call for each id would be ten times as slow, and seeding takes
/// hundreds of them, so that all threads share a generator.
std::pair<std::uint64_t, std::uint64_t> random_bits() {
  static std::mutex mutex;
  static auto generator = make_generator();
  std::lock_guard guard{mutex};
  auto first = generator();
  return {first, generator()};
}

/// Writes the digits of a number to where there are no dashes.
char* write_digits(std::uint64_t x, char* to) {
  for (int shift = 60; shift >= 0; shift -= 4) {
    to += *to == '-' ? 1 : 0;
    *to++ = "0123456789abcdef"[(x >> shift) & 15];
  }
  return to;
}

} // namespace

std::string make_id() {
  auto [high, low] = random_bits();
  high = (high & ~0xf000ULL) | 0x4000;        // version 4
  low = (low & ~(3ULL << 62)) | (2ULL << 62); // of the variant of RFC 4122
  std::string result = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  write_digits(low, write_digits(high, result.data()));
  return result;
}

} // namespace lightflow
