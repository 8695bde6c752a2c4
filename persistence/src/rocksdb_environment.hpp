// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <rocksdb/env.h>

namespace lightflow {

/// What a rocksdb_journal stands on. Tests give it a disk that fails, and
/// buffers so small that little data fills them.
struct rocksdb_environment {
  rocksdb::Env* env = rocksdb::Env::Default();
  /// Bytes of records in memory before they go into a file of their own.
  std::size_t write_buffer = 64U << 20;
};

} // namespace lightflow
