// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

#include <rocksdb/status.h>

namespace lightflow::detail {

/// Throws the journal_error that a status of RocksDB amounts to.
/// @param what what could not be done: "cannot be read"
[[noreturn]] void fail(const std::filesystem::path& directory,
                       std::string_view what, const rocksdb::Status& why);

/// Throws unless the status is good.
inline void check(const std::filesystem::path& directory, std::string_view what,
                  const rocksdb::Status& x) {
  if (!x.ok())
    fail(directory, what, x);
}

} // namespace lightflow::detail
