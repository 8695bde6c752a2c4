// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lightflow::benchmarks {

struct durable_sizes {
  std::size_t interrupted = 10'000; // runs to be recovered
  std::size_t listed = 100'000;     // runs to be listed
};

/// Adds the benchmarks of what concerns the journal, and gives their names.
std::vector<std::string> add_durable(const durable_sizes& sizes);

} // namespace lightflow::benchmarks
