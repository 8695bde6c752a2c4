// SPDX-License-Identifier: MIT
#include "rocksdb_log_check.hpp"

#include <utility>

#include <rocksdb/write_batch.h>

namespace lightflow::detail {

namespace {

/// The number of a batch's first write: the first 8 bytes, little-endian.
std::uint64_t number_of(const rocksdb::WriteBatch& x) {
  std::uint64_t result = 0;
  for (int i = 7; i >= 0; --i)
    result
      = result << 8
        | static_cast<unsigned char>(x.Data()[static_cast<std::size_t>(i)]);
  return result;
}

} // namespace

log_check::WalProcessingOption
log_check::LogRecordFound(unsigned long long log, const std::string&,
                          const rocksdb::WriteBatch& batch,
                          rocksdb::WriteBatch*, bool*) {
  auto number = number_of(batch);
  auto is_first_of_log = log != std::exchange(log_, log);
  if (next_ != 0 && number > next_)
    return is_first_of_log ? WalProcessingOption::kStopReplay
                           : WalProcessingOption::kCorruptedRecord;
  next_ = number + batch.Count();
  return WalProcessingOption::kContinueProcessing;
}

} // namespace lightflow::detail
