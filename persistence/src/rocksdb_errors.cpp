// SPDX-License-Identifier: MIT
#include "rocksdb_errors.hpp"

#include "lightflow/persistence/journal.hpp"

#include <initializer_list>
#include <string>

#include <fmt/format.h>
#include <fmt/std.h>

namespace lightflow::detail {

namespace {

struct diagnosis {
  error_code code;
  std::string_view advice;
};

bool has_any(std::string_view text, std::initializer_list<const char*> parts) {
  for (auto x : parts)
    if (text.find(x) != std::string_view::npos)
      return true;
  return false;
}

/// RocksDB has no code of its own for most of what can be wrong with a
/// directory, so its text has to tell.
diagnosis diagnose(const rocksdb::Status& why, std::string_view text) {
  if (has_any(text, {"While lock file", "lock hold by current process"}))
    return {error_code::journal_locked,
            "another engine or process has it open: end that, or use another "
            "directory"};
  if (has_any(text, {"Read-only file system", "Permission denied"}))
    return {error_code::journal_failed,
            "let this process write to the directory and the files in it"};
  if (why.IsNoSpace())
    return {error_code::journal_failed,
            "the disk is full: make room and try again; what was committed "
            "before is safe"};
  if (why.IsInvalidArgument())
    return {error_code::bad_journal,
            "another program or a newer version wrote it: use that one, or "
            "another directory"};
  if (why.IsCorruption() || why.IsPathNotFound())
    return {error_code::bad_journal,
            "it is damaged: keep a copy, check the disk, and put back a backup "
            "of the whole directory"};
  return {error_code::journal_failed,
          "see to the disk and try again; what was committed before is safe"};
}

} // namespace

void fail(const std::filesystem::path& directory, std::string_view what,
          const rocksdb::Status& why) {
  auto text = why.ToString();
  auto [code, advice] = diagnose(why, text);
  throw journal_error(code, fmt::format("the journal in {} {}: {} ({})",
                                        directory, what, advice, text));
}

} // namespace lightflow::detail
