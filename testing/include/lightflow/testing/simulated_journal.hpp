// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow {
class memory_journal;
} // namespace lightflow

namespace lightflow::testing {

/// What becomes of a commit.
enum class commit_fate : std::uint8_t {
  /// It is written.
  written,
  /// It is an error, and nothing is written.
  failed,
  /// It is an error, although it is written.
  failed_but_written,
  /// It is lost, and nobody is told.
  dropped,
  /// The program is gone before it is written.
  crash_before,
  /// It is written, and the program is gone before anybody learns of that.
  crash_after,
};

/// Its name, such as "crash_after".
std::string_view to_string(commit_fate x);

/// Whether the journal has it then.
constexpr bool is_written(commit_fate x) noexcept {
  return x == commit_fate::written || x == commit_fate::failed_but_written
         || x == commit_fate::crash_after;
}

/// Whether the engine is told that it is not written.
constexpr bool is_error(commit_fate x) noexcept {
  return x != commit_fate::written && x != commit_fate::dropped;
}

/// A journal in memory that does to its engines what disks, power failures and
/// crashes do. It survives its engines. Used by one thread at a time.
class simulated_journal final : public journal {
public:
  simulated_journal();
  ~simulated_journal() override;

  /// Whether all commits fail at the moment; never if it is empty.
  std::function<bool()> is_broken;

  /// Says what becomes of a commit when it is not broken; it is written if this
  /// is empty. Commits are numbered from 1, those that fail included.
  std::function<commit_fate(std::size_t number, const journal_batch&)> decide;

  /// Is told of each commit when it is decided what becomes of it.
  std::function<void(std::size_t number, const journal_batch&, commit_fate)>
    observe;

  /// How many commits there have been, those that failed included.
  std::size_t commits() const noexcept {
    return commits_;
  }

  /// Whether the program is gone. All commits are errors then.
  bool is_down() const noexcept {
    return is_down_;
  }

  /// The program is gone.
  void go_down() noexcept {
    is_down_ = true;
  }

  /// Another program has the journal.
  void come_up() noexcept {
    is_down_ = false;
  }

  /// How many of the last commits were written without a sync after them, so
  /// that a loss of power can take them: those with durability::process.
  std::size_t unsynced() const noexcept;

  /// Takes the last `n` commits away; throws std::invalid_argument if there are
  /// not so many that were not synced.
  void lose(std::size_t n);

  void commit(const journal_batch& batch, durability how) override;
  void read(std::string_view run, const visitor& visit) const override;
  std::optional<run_summary> find(std::string_view run) const override;
  std::vector<run_summary> list(run_condition condition, std::string_view after,
                                std::size_t limit) const override;
  std::optional<std::string>
  definition(std::string_view fingerprint) const override;
  std::string describe() const override;

private:
  commit_fate next_fate(const journal_batch& batch) const;
  void write(const journal_batch& batch, durability how);

  std::unique_ptr<memory_journal> kept_;
  std::vector<journal_batch> history_; // what was written
  std::size_t synced_ = 0;             // so many of them cannot be lost
  std::size_t commits_ = 0;
  bool is_down_ = false;
};

} // namespace lightflow::testing
