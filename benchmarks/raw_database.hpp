// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>

namespace lightflow::benchmarks {

/// Throws what RocksDB says if it failed.
void check(const rocksdb::Status& x);

/// The database of a journal as RocksDB has it, to be read.
class raw_database {
public:
  explicit raw_database(const std::filesystem::path& directory,
                        const rocksdb::DBOptions& options = {});
  ~raw_database();
  raw_database(const raw_database&) = delete;
  raw_database& operator=(const raw_database&) = delete;

  /// All that a column family has.
  std::unique_ptr<rocksdb::Iterator> scan(const std::string& family) const;

private:
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::unique_ptr<rocksdb::DB> db_;
};

} // namespace lightflow::benchmarks
