// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/memory_journal.hpp"

#include <cstddef>
#include <limits>
#include <utility>

namespace lightflow::tests {

/// A journal whose disk can go at any batch, and come back.
class crash_journal : public memory_journal {
public:
  static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

  /// What becomes of batches after the last that is taken.
  enum class end {
    /// They are lost, and nobody is told.
    silent,
    /// They are errors.
    loud,
  };

  void commit(const journal_batch& batch, durability how) override {
    if (taken == limit && loss == end::silent)
      return;
    if (taken == limit || (stalls && !std::exchange(has_stalled_, true)))
      throw journal_error(error_code::journal_failed, "the disk is gone");
    has_stalled_ = false;
    memory_journal::commit(batch, how);
    ++taken;
  }

  std::size_t limit = no_limit; // so many batches are taken
  end loss = end::silent;
  bool stalls = false; // each batch is taken at the second attempt only
  std::size_t taken = 0;

private:
  bool has_stalled_ = false;
};

} // namespace lightflow::tests
