// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace lightflow::tests {

/// What a process holds at a moment.
struct sample {
  std::uint64_t memory = 0; // bytes of it that are in RAM
  std::uint64_t threads = 0;
  std::uint64_t files = 0;   // descriptors, but those of the journal
  std::uint64_t journal = 0; // bytes in its directory
};

/// Throws std::runtime_error if there is no such process.
sample take_sample(pid_t process, const std::filesystem::path& journal);

/// Names what grew over the life of a process; empty if nothing did. Something
/// grew if its median over the last third of the samples is more than 1.2 times
/// that over the middle third, and what comes and goes besides: 32 MiB of
/// memory, 8 threads, 16 files, and 64 MiB of journal. The first third is for
/// warming up.
std::string what_grew(const std::vector<sample>& all);

/// The medians of the middle and the last third, to be read.
std::string describe(const std::vector<sample>& all);

} // namespace lightflow::tests
