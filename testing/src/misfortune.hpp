// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/testing/hazards.hpp"

#include "dice.hpp"

#include <cstddef>
#include <cstdint>

namespace lightflow::testing {

/// What goes wrong in one run, by chance.
class misfortune {
public:
  /// `what` outlives it.
  misfortune(const hazards& what, std::uint64_t seed)
      : what_(what), dice_(seed), left_(what.most) {}

  /// What becomes of a commit.
  commit_fate decide(simulation& world);

  /// How many commits a crash takes along, of so many that were not synced.
  std::size_t loss(std::size_t unsynced);

  /// What becomes of a message to or from a worker.
  message_fate judge(simulation& world, const worker_options& worker);

  /// Whether a step is to fail at a moment of its call.
  bool fails(const step& self);

private:
  bool happens(double probability);
  bool may_lose_worker(double probability);
  duration some_of(duration x);

  /// In a run: one less than what a step does not survive.
  static constexpr std::size_t most_lost_workers = 4;

  const hazards& what_;
  dice dice_;
  std::size_t left_;
  std::size_t workers_left_ = most_lost_workers;
};

} // namespace lightflow::testing
