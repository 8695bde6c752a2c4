// SPDX-License-Identifier: MIT
#pragma once

#include "records.hpp"

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace backup {

struct scan_result {
  source_files files;
  problems unreadable;
  scan_summary summary;
};

/// Finds the regular files below `source` and makes its directories below
/// `copies` too. Symbolic links and special files are counted and left out.
/// What cannot be read, or has no place among the copies, is unreadable.
/// Throws std::filesystem::filesystem_error if a directory cannot be made, and
/// `stopped` when asked to stop.
scan_result scan(const std::filesystem::path& source,
                 const std::filesystem::path& copies, progress& counters,
                 const std::stop_token& stop);

/// Deals files out to `count` shards that take about as long as one another.
std::vector<source_files> deal(source_files files, std::size_t count);

} // namespace backup
