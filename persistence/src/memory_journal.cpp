// SPDX-License-Identifier: MIT
#include "lightflow/persistence/memory_journal.hpp"

namespace lightflow {

void memory_journal::commit(const journal_batch& batch, durability) {
  std::lock_guard guard{mutex_};
  for (auto& run : batch.erased) {
    records_.erase(run);
    summaries_.erase(run);
  }
  for (auto& x : batch.records)
    records_[x.run].insert_or_assign(x.sequence, x.bytes);
  for (auto& x : batch.summaries)
    summaries_.insert_or_assign(x.id, x);
  for (auto& [fingerprint, bytes] : batch.definitions)
    definitions_.try_emplace(fingerprint, bytes);
}

/// Copies, so that the visitor may call the journal.
void memory_journal::read(std::string_view run, const visitor& visit) const {
  record_map copy;
  {
    std::lock_guard guard{mutex_};
    if (auto i = records_.find(run); i != records_.end())
      copy = i->second;
  }
  for (auto& [sequence, bytes] : copy)
    if (!visit(sequence, bytes))
      return;
}

std::optional<run_summary> memory_journal::find(std::string_view run) const {
  std::lock_guard guard{mutex_};
  auto i = summaries_.find(run);
  return i != summaries_.end() ? std::optional{i->second} : std::nullopt;
}

std::vector<run_summary> memory_journal::list(run_condition condition,
                                              std::string_view after,
                                              std::size_t limit) const {
  std::lock_guard guard{mutex_};
  std::vector<run_summary> result;
  for (auto i = summaries_.upper_bound(after);
       i != summaries_.end() && result.size() < limit; ++i)
    if (i->second.condition == condition)
      result.push_back(i->second);
  return result;
}

std::optional<std::string>
memory_journal::definition(std::string_view fingerprint) const {
  std::lock_guard guard{mutex_};
  auto i = definitions_.find(fingerprint);
  return i != definitions_.end() ? std::optional{i->second} : std::nullopt;
}

} // namespace lightflow
