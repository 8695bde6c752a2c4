// SPDX-License-Identifier: MIT
#pragma once

#include "rocksdb_environment.hpp"
#include "rocksdb_errors.hpp"
#include "rocksdb_keys.hpp"
#include "rocksdb_log_check.hpp"
#include "rocksdb_options.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

namespace lightflow::detail {

/// Throws journal_error unless a database in this directory can be opened as
/// far as the disk is concerned. RocksDB would end the process where it cannot
/// even write its first files.
void require_room(const std::filesystem::path& directory,
                  const rocksdb_environment& environment);

/// The open database of a journal. Any thread may use it.
class rocksdb_database {
public:
  explicit rocksdb_database(std::filesystem::path directory);

  ~rocksdb_database();

  rocksdb_database(const rocksdb_database&) = delete;
  rocksdb_database& operator=(const rocksdb_database&) = delete;

  /// To be called first. Throws journal_error.
  void open(const rocksdb_environment& environment);

  rocksdb::DB& db() const noexcept {
    return *db_;
  }

  rocksdb::ColumnFamilyHandle* handle(family x) const noexcept {
    return families_[x];
  }

  /// Nothing if there is no such key. Throws journal_error.
  std::optional<std::string> get(family where, std::string_view key) const;

  /// Goes through keys below `end`, which must live as long.
  std::unique_ptr<rocksdb::Iterator> iterate(family where,
                                             const rocksdb::Slice& end) const;

  /// Throws unless the status of a read is good.
  void check_read(const rocksdb::Status& x) const {
    check(directory_, "cannot be read", x);
  }

private:
  void make_or_require_journal() const;
  void require_whole_logs() const;
  void check_format();

  std::filesystem::path directory_;
  log_check log_check_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

} // namespace lightflow::detail
