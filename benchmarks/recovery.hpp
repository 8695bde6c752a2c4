// SPDX-License-Identifier: MIT
#pragma once

#include "stored_runs.hpp"

namespace lightflow::benchmarks {

/// Reads all records of the runs and decodes them, by RocksDB alone.
void scan(const stored_runs& what);

/// Reads all runs, so that each could go on, on this thread.
void load(const stored_runs& what);

/// Starts an engine with a journal of interrupted runs and waits until the last
/// of them has ended.
void go_on(const stored_runs& what, const std::filesystem::path& journal);

/// Lists the summaries of all runs that succeeded, a thousand at a time.
void list(const stored_runs& what, const journal& from);

} // namespace lightflow::benchmarks
