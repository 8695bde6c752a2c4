// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/journal.hpp"

#include <map>
#include <mutex>

namespace lightflow {

/// A journal in memory, for tests: it survives its engines, not its program.
class memory_journal : public journal {
public:
  void commit(const journal_batch& batch, durability how) override;
  void read(std::string_view run, const visitor& visit) const override;
  std::optional<run_summary> find(std::string_view run) const override;
  std::vector<run_summary> list(run_condition condition, std::string_view after,
                                std::size_t limit) const override;
  std::optional<std::string>
  definition(std::string_view fingerprint) const override;

private:
  using record_map = std::map<std::uint64_t, std::string>;

  mutable std::mutex mutex_; // guards all that follows
  std::map<std::string, record_map, std::less<>> records_;
  std::map<std::string, run_summary, std::less<>> summaries_;
  std::map<std::string, std::string, std::less<>> definitions_;
};

} // namespace lightflow
