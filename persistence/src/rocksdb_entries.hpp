// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/journal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A key of RocksDB costs more than the records of a few steps. So what a batch
// has of one run goes under one key: an entry, which is records with numbers
// that follow one another, each after its size (4 bytes, big-endian).

namespace lightflow::detail {

struct entry {
  std::string_view run;
  std::uint64_t first; // the number of the first record
  std::string bytes;
};

/// Puts records together, those of a run in one entry unless it grows large.
/// That does not depend on what comes behind them, so a batch that is written
/// again with more at its end replaces the entries it wrote before. Refers to
/// the ids of the runs.
std::vector<entry> entries_of(const std::vector<journal_batch::record>& xs);

/// Takes an entry apart.
class entry_reader {
public:
  entry_reader(std::uint64_t first, std::string_view bytes)
      : next_(first), rest_(bytes) {}

  struct record {
    std::uint64_t number;
    std::string_view bytes;
  };

  /// The next record; nothing behind the last, or where the entry is damaged.
  std::optional<record> next();

  bool is_damaged() const noexcept {
    return !rest_.empty();
  }

private:
  std::uint64_t next_;
  std::string_view rest_;
};

} // namespace lightflow::detail
