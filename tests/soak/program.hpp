// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace lightflow::tests {

/// How long runs are kept that succeeded.
constexpr std::chrono::seconds retention{20};

/// One start of the program that is kept busy.
struct soak_options {
  std::filesystem::path directory;   // has its journal and logs
  std::uint64_t seed = 0;            // of its flows
  std::uint64_t start = 0;           // the how manieth it is
  std::chrono::milliseconds time{0}; // then it ends what it has begun

  std::filesystem::path log() const {
    return directory / "log";
  }

  std::filesystem::path journal() const {
    return directory / "journal";
  }

  /// Runs that an earlier start has left, a line each.
  std::filesystem::path left() const {
    return directory / "left";
  }
};

/// Keeps an engine busy with flows of all kinds, more than it may have under
/// way at once. Gives the exit code of the program.
int run_busy_program(const soak_options& options);

} // namespace lightflow::tests
