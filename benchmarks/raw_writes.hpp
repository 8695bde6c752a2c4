// SPDX-License-Identifier: MIT
#pragma once

#include "scratch_directory.hpp"
#include "workload.hpp"

#include "lightflow/core/durability.hpp"

#include <cstddef>
#include <memory>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

namespace lightflow::benchmarks {

/// How RocksDB itself writes what the library writes for a workload.
enum class batching {
  /// A thousand keys in each write.
  thousands,
  /// The end of each step in a write of its own, and nothing else.
  single_steps,
};

/// What the library writes to its journal for a workload, by RocksDB alone: the
/// same keys and values, as found in the log of a journal.
class raw_writes {
public:
  raw_writes(const workload& what, durability how, batching in);
  ~raw_writes();
  raw_writes(const raw_writes&) = delete;
  raw_writes& operator=(const raw_writes&) = delete;

  void run();

private:
  scratch_directory scratch_;
  rocksdb::WriteOptions options_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::WriteBatch> batches_;
};

} // namespace lightflow::benchmarks
