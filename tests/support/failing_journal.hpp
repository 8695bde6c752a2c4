// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/memory_journal.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow::tests {

/// Another journal, which fails when it is told to, and counts what it is
/// asked for. Any thread may use it.
class failing_journal : public journal {
public:
  static constexpr auto always = std::numeric_limits<std::size_t>::max();

  explicit failing_journal(std::shared_ptr<journal> inner
                           = std::make_shared<memory_journal>())
      : inner_(std::move(inner)) {}

  /// Has the next commits fail, which may write the batch all the same.
  void fail_commits(std::size_t n, bool write = false) {
    std::lock_guard guard{mutex_};
    to_fail_ = n;
    write_ = write;
  }

  /// Has commits fail from the first on that has such a batch.
  void fail_from(std::function<bool(const journal_batch&)> which) {
    std::lock_guard guard{mutex_};
    which_ = std::move(which);
  }

  void fail_reads(bool x) {
    std::lock_guard guard{mutex_};
    reads_fail_ = x;
  }

  void fail_lists(bool x) {
    std::lock_guard guard{mutex_};
    lists_fail_ = x;
  }

  void mend() {
    std::lock_guard guard{mutex_};
    to_fail_ = 0;
    which_ = nullptr;
    reads_fail_ = lists_fail_ = false;
  }

  std::size_t commits() const {
    std::lock_guard guard{mutex_};
    return commits_;
  }

  /// What the commits that did not fail had: records and summaries.
  std::size_t entries() const {
    std::lock_guard guard{mutex_};
    return entries_;
  }

  std::size_t failures() const {
    std::lock_guard guard{mutex_};
    return failures_;
  }

  void wait_for_failures(std::size_t n) const {
    std::unique_lock lock{mutex_};
    failed_.wait(lock, [&] { return failures_ >= n; });
  }

  void commit(const journal_batch& batch, durability how) override {
    if (fails(batch)) {
      if (write_)
        inner_->commit(batch, how);
      count_failure();
      throw journal_error(error_code::journal_failed, "the disk is broken");
    }
    inner_->commit(batch, how);
    std::lock_guard guard{mutex_};
    ++commits_;
    entries_ += batch.records.size() + batch.summaries.size();
  }

  void read(std::string_view run, const visitor& visit) const override {
    require_readable(reads_fail_);
    inner_->read(run, visit);
  }

  std::optional<run_summary> find(std::string_view run) const override {
    require_readable(reads_fail_);
    return inner_->find(run);
  }

  std::vector<run_summary> list(run_condition condition, std::string_view after,
                                std::size_t limit) const override {
    require_readable(lists_fail_);
    return inner_->list(condition, after, limit);
  }

  std::optional<std::string> definition(std::string_view x) const override {
    require_readable(reads_fail_);
    return inner_->definition(x);
  }

  /// How many records a run has, or nothing if there is a gap between them.
  std::optional<std::uint64_t> records_of(std::string_view run) const {
    std::uint64_t next = 0;
    bool is_whole = true;
    inner_->read(run, [&](std::uint64_t number, std::string_view) {
      is_whole = is_whole && number == next++;
      return true;
    });
    return is_whole ? std::optional{next} : std::nullopt;
  }

private:
  bool fails(const journal_batch& batch) {
    std::lock_guard guard{mutex_};
    if (which_ && which_(batch)) {
      which_ = nullptr;
      to_fail_ = always;
    }
    if (to_fail_ == 0)
      return false;
    if (to_fail_ != always)
      --to_fail_;
    return true;
  }

  void count_failure() {
    std::lock_guard guard{mutex_};
    ++failures_;
    failed_.notify_all();
  }

  void require_readable(const bool& fails) const {
    std::lock_guard guard{mutex_};
    if (fails)
      throw journal_error(error_code::journal_failed, "the disk is unreadable");
  }

  std::shared_ptr<journal> inner_;
  mutable std::mutex mutex_; // guards all that follows
  mutable std::condition_variable failed_;
  std::function<bool(const journal_batch&)> which_;
  std::size_t to_fail_ = 0;
  bool write_ = false;
  bool reads_fail_ = false;
  bool lists_fail_ = false;
  std::size_t commits_ = 0;
  std::size_t entries_ = 0;
  std::size_t failures_ = 0;
};

} // namespace lightflow::tests
