// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/topology.hpp"

#include <cstddef>
#include <cstdint>

#include <boost/container/small_vector.hpp>

namespace lightflow {

/// Some of the steps of a process: a bit for each, which for up to 64 of them
/// lie in the set itself.
class step_set {
public:
  explicit step_set(std::size_t steps) : words_((steps + bits - 1) / bits) {}

  bool contains(step_index x) const {
    return (words_[x / bits] & bit_of(x)) != 0;
  }

  void insert(step_index x) {
    words_[x / bits] |= bit_of(x);
  }

private:
  static constexpr std::size_t bits = 64; // of a word

  static std::uint64_t bit_of(step_index x) {
    return std::uint64_t{1} << (x % bits);
  }

  boost::container::small_vector<std::uint64_t, 1> words_;
};

} // namespace lightflow
