// SPDX-License-Identifier: MIT
#pragma once

#include "records.hpp"

#include <lightflow/lightflow.hpp>

#include <cstddef>
#include <filesystem>

namespace backup {

/// A flow's steps are known before it runs, so the number of shards is too.
inline constexpr std::size_t shard_count = 16;

struct settings {
  /// Steps that run at once.
  std::size_t jobs = 1;
  /// The longest time that a backup may take; negative: as long as it takes.
  lightflow::duration time_limit{-1};
};

/// Defines the flow "backup", with one process of that name:
///
///     scan ─┬─ pack-00 ─── verify-00 ─┬─ manifest ─── complete
///           ├─ …                      │
///           └─ pack-15 ─── verify-15 ─┘
///
/// Its inputs are "source" and "target", two directories as texts. The process
/// tells "totals", if it got that far; `problems_of` gives what was not saved,
/// which makes the last step fail. `counters` must outlive the runs.
///
/// The flow is recoverable: what a step hands on is on disk before it succeeds,
/// so that no step needs to run again that did.
void define_backup(lightflow::catalog& catalog, const settings& settings,
                   progress& counters);

/// What is kept in the target besides the backup.
std::filesystem::path journal_of(const std::filesystem::path& target);

/// What was not saved, and why, of a backup whose manifest is written.
problems problems_of(const lightflow::run_report& run);

/// Counts what was done in earlier starts. Gives how many shards are packed.
std::size_t take_over(progress& counters, const lightflow::run_report& run);

} // namespace backup
