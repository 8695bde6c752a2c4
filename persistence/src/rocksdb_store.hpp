// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/rocksdb_journal.hpp"

#include "rocksdb_database.hpp"

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>

#include <rocksdb/write_batch.h>

namespace lightflow {

/// Keeps the database of a journal open, and brings it back after a failure.
///
/// One thread writes; any thread reads, by holding a `reading` for as long as
/// it does. Only the writer replaces the database, when nobody reads.
class rocksdb_journal::store {
public:
  /// Throws journal_error.
  store(std::filesystem::path directory, const rocksdb_environment& x);

  /// The database, which stays open for as long as this lives.
  class reading {
  public:
    /// Throws journal_error while a failure of the disk keeps it closed.
    explicit reading(store& x);
    ~reading();
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    const detail::rocksdb_database& operator*() const noexcept {
      return *store_.database_;
    }

    const detail::rocksdb_database* operator->() const noexcept {
      return store_.database_.get();
    }

  private:
    store& store_;
  };

  /// The database for the thread that writes, in order after a failure. Throws
  /// journal_error where it cannot be.
  const detail::rocksdb_database& for_writing();

  const std::filesystem::path& directory() const noexcept {
    return directory_;
  }

  /// Throws journal_error, after which `for_writing` mends what it can.
  void write(rocksdb::WriteBatch& batch, bool sync);

private:
  void mend();
  void reopen();

  std::filesystem::path directory_;
  rocksdb_environment environment_;
  bool failed_ = false; // the last write
  mutable std::mutex mutex_;
  std::condition_variable unread_;
  std::size_t readings_ = 0;                           // guarded by mutex_
  std::unique_ptr<detail::rocksdb_database> database_; // set under mutex_
};

} // namespace lightflow
