// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace lightflow::benchmarks {

/// Adds the group "durable": what steps of journalled runs cost, beside RocksDB
/// that writes the same.
void add_durable();

struct recovery_sizes {
  std::size_t interrupted = 10'000; // runs to be recovered
  std::size_t listed = 100'000;     // runs to be listed
};

/// Adds the group "recovery": what it takes to bring back and list the runs of
/// a journal, beside RocksDB that reads them.
void add_recovery(const recovery_sizes& sizes);

} // namespace lightflow::benchmarks
