// SPDX-License-Identifier: MIT
#include "rocksdb_store.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/std.h>

namespace lightflow {

using detail::check;

rocksdb_journal::store::reading::reading(store& x) : store_(x) {
  std::lock_guard guard{store_.mutex_};
  if (store_.database_ == nullptr)
    throw journal_error(
      error_code::journal_failed,
      fmt::format("the journal in {} is closed after a failure of its disk: "
                  "the next commit opens it again",
                  store_.directory_));
  ++store_.readings_;
}

rocksdb_journal::store::reading::~reading() {
  std::lock_guard guard{store_.mutex_};
  if (--store_.readings_ == 0)
    store_.unread_.notify_one();
}

rocksdb_journal::store::store(std::filesystem::path directory,
                              const rocksdb_environment& x)
    : directory_(std::move(directory)), environment_(x) {
  reopen();
}

const detail::rocksdb_database& rocksdb_journal::store::for_writing() {
  if (database_ == nullptr)
    reopen();
  else if (failed_)
    mend();
  failed_ = false;
  return *database_;
}

void rocksdb_journal::store::write(rocksdb::WriteBatch& batch, bool sync) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  auto written = database_->db().Write(options, &batch);
  failed_ = !written.ok();
  check(directory_, "cannot be written", written);
}

/// By opening the database again: to have it resume would be quicker, but that
/// may wait for ever for what is to be written from memory.
void rocksdb_journal::store::mend() {
  // While the disk takes nothing, a database that is open is better than one
  // that cannot be opened: it can be read.
  detail::require_room(directory_, environment_);
  reopen();
}

void rocksdb_journal::store::reopen() {
  std::unique_lock lock{mutex_};
  unread_.wait(lock, [this] { return readings_ == 0; });
  database_.reset(); // two must not have one directory
  auto opened = std::make_unique<detail::rocksdb_database>(directory_);
  opened->open(environment_);
  database_ = std::move(opened);
}

} // namespace lightflow
