// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/testing/exploration.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace lightflow::testing {

/// What may go wrong in runs that are left to chance: probabilities from 0,
/// never, to 1, always.
struct hazards {
  /// That a program crashes at a commit, before or after it is written.
  double crash = 0.05;

  /// That a crash is a loss of power, and takes some of the commits along that
  /// were not synced.
  double power_loss = 0.5;

  /// That the disk begins to fail at a commit. Commits are errors then, some of
  /// which are written all the same.
  double disk_failure = 0.05;

  /// For how long it fails at most.
  duration longest_disk_failure = std::chrono::minutes{1};

  /// That a function of a step fails, before or after it did its work. Such
  /// steps need retries for the run to end well.
  double step_failure = 0.0;

  /// The same for single steps, by "process/step".
  std::map<std::string, double> step_failures;

  // Those of simulation_options::workers.

  /// That a worker is killed at a message to or from it. It starts again.
  double worker_crash = 0.02;

  /// For how long it is gone at most.
  duration longest_absence = std::chrono::minutes{1};

  /// That a connection is cut at a message: see message_fate::is_lost.
  double message_loss = 0.02;

  /// That a message comes twice.
  double message_doubling = 0.02;

  /// That a message takes its time.
  double message_delay = 0.1;

  /// For how long at most. If that is more than
  /// engine_options::worker_patience, the worker is taken for lost.
  duration longest_delay = std::chrono::seconds{5};

  /// How much goes wrong in a run at most, so that it comes to an end. Workers
  /// are lost four times at most, since a step that loses five fails.
  std::size_t most = 20;
};

/// Which runs to try: `count` of them, beginning with seed `first`.
struct seeds {
  std::uint64_t first = 1;
  std::size_t count = 100;
};

/// Runs a recoverable flow once with nothing going wrong, and then once for
/// each seed, which decides what goes wrong and in which order what can be done
/// is done. The same seed does the same. Checks each end as `explore_crashes`
/// does. Throws broken_expectation, which tells the seed; also for a flow that
/// is not recoverable, unless `what` has neither crashes nor disks that fail.
exploration explore_seeds(const definition& define, std::string_view flow,
                          const inputs& input = {},
                          const outcome_check& check = {},
                          const exploration_options& options = {},
                          const hazards& what = {}, const seeds& which = {});

} // namespace lightflow::testing
