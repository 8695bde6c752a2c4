// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <rocksdb/wal_filter.h>

namespace lightflow::detail {

/// Looks at the log while it is replayed, and finds what is missing in it,
/// since RocksDB passes over zeros, and over the lost end of a log that others
/// follow.
///
/// A log is synced no later than the first synced commit in one that follows,
/// and the manifest then knows its size, which RocksDB checks. So what is
/// missing between two logs was never synced, and neither was what follows:
/// that is dropped, as it would be had it come later. What is missing within
/// one log is damage.
class log_check : public rocksdb::WalFilter {
public:
  WalProcessingOption LogRecordFound(unsigned long long log,
                                     const std::string& file,
                                     const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* new_batch,
                                     bool* batch_changed) override;

  const char* Name() const override {
    return "lightflow.log_check";
  }

private:
  unsigned long long log_ = 0;
  std::uint64_t next_ = 0; // the number of the write to come; 0: unknown
};

/// Whether a log or manifest ends in a record that is not complete, although
/// something complete is in or behind it: then it was not being written when
/// the machine or process died, but its length is damaged. RocksDB would drop
/// all from there on.
bool has_damaged_end(const std::filesystem::path& log);

} // namespace lightflow::detail
