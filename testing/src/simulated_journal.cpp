// SPDX-License-Identifier: MIT
#include "lightflow/testing/simulated_journal.hpp"

#include "lightflow/persistence/memory_journal.hpp"

#include <stdexcept>

namespace lightflow::testing {

namespace {

bool is_crash(commit_fate x) {
  return x == commit_fate::crash_before || x == commit_fate::crash_after;
}

} // namespace

std::string_view to_string(commit_fate x) {
  static constexpr std::string_view names[]
    = {"written", "failed",       "failed_but_written",
       "dropped", "crash_before", "crash_after"};
  return names[static_cast<std::size_t>(x)];
}

simulated_journal::simulated_journal()
    : kept_(std::make_unique<memory_journal>()) {}

simulated_journal::~simulated_journal() = default;

void simulated_journal::commit(const journal_batch& batch, durability how) {
  if (is_down_)
    throw journal_error(error_code::journal_failed, "the program is gone");
  auto number = ++commits_;
  auto fate = next_fate(batch);
  if (is_written(fate)) // what is an error need not have been synced
    write(batch,
          fate == commit_fate::failed_but_written ? durability::process : how);
  if (observe)
    observe(number, batch, fate);
  if (is_crash(fate))
    is_down_ = true;
  if (is_error(fate))
    throw journal_error(error_code::journal_failed,
                        is_down_ ? "the program is gone" : "the disk failed");
}

commit_fate simulated_journal::next_fate(const journal_batch& batch) const {
  if (is_broken && is_broken())
    return commit_fate::failed;
  return decide ? decide(commits_, batch) : commit_fate::written;
}

void simulated_journal::write(const journal_batch& batch, durability how) {
  kept_->commit(batch, how);
  history_.push_back(batch);
  if (how == durability::sync)
    synced_ = history_.size();
}

std::size_t simulated_journal::unsynced() const noexcept {
  return history_.size() - synced_;
}

void simulated_journal::lose(std::size_t n) {
  if (n > unsynced())
    throw std::invalid_argument("so many commits cannot be lost: they were "
                                "synced");
  history_.resize(history_.size() - n);
  kept_ = std::make_unique<memory_journal>();
  for (auto& batch : history_)
    kept_->commit(batch, durability::process);
}

void simulated_journal::read(std::string_view run, const visitor& visit) const {
  kept_->read(run, visit);
}

std::optional<run_summary> simulated_journal::find(std::string_view run) const {
  return kept_->find(run);
}

std::vector<run_summary> simulated_journal::list(run_condition condition,
                                                 std::string_view after,
                                                 std::size_t limit) const {
  return kept_->list(condition, after, limit);
}

std::optional<std::string>
simulated_journal::definition(std::string_view fingerprint) const {
  return kept_->definition(fingerprint);
}

std::string simulated_journal::describe() const {
  return "the simulated journal";
}

} // namespace lightflow::testing
