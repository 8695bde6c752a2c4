// SPDX-License-Identifier: MIT
#pragma once

#include "records.hpp"

#include <lightflow/lightflow.hpp>

#include <cstddef>

namespace backup {

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
/// tells "totals" and, if it got that far, "problems": what was not saved,
/// which makes the last step fail. `counters` must outlive the runs.
void define_backup(lightflow::catalog& catalog, const settings& settings,
                   progress& counters);

} // namespace backup
