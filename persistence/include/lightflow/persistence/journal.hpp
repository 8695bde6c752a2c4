// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/durability.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/persistence/run_summary.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow {

/// Thrown by journals: error_code::journal_failed when the storage fails,
/// error_code::journal_locked when another process or engine has the journal,
/// error_code::bad_journal when what is there is no journal that this version
/// can read.
class journal_error : public error {
public:
  using error::error;
};

/// What is written at once.
struct journal_batch {
  struct record {
    std::string run;
    std::uint64_t sequence; // of a run's records, from 0
    std::string bytes;
  };

  std::vector<record> records;
  /// Each takes the place of the one that its run has.
  std::vector<run_summary> summaries;
  /// Definitions by fingerprint; one that is there already is left alone.
  std::vector<std::pair<std::string, std::string>> definitions;
  /// Runs to forget with all they have, before the rest is written.
  std::vector<std::string> erased;

  bool empty() const noexcept {
    return records.empty() && summaries.empty() && definitions.empty()
           && erased.empty();
  }
};

/// Keeps the records of runs. An implementation is right if it passes the
/// checks of journal_conformance.hpp.
///
/// `commit` is called by one thread at a time; all else by any number of
/// threads, also during a commit, and sees what was committed before it began.
class journal {
public:
  virtual ~journal() = default;

  /// Writes all of a batch or nothing, in the durability asked for, which is
  /// not `none`, or a stronger one. Throws journal_error when it could not; the
  /// batch may then be there all the same, now or when the journal is opened
  /// again. So write the same batch again, with more at its end if there is,
  /// until that succeeds: it takes the place of the one that may be there, and
  /// nothing that was committed before is lost. The numbers of a run's records
  /// go up by one, in a batch and from each to the next.
  virtual void commit(const journal_batch& batch, durability how) = 0;

  /// Gives the records of a run in order, each with its number, until the
  /// visitor returns false. The visitor may read the journal, but not commit to
  /// it. Throws journal_error; what was given before that is right.
  using visitor = std::function<bool(std::uint64_t, std::string_view)>;
  virtual void read(std::string_view run, const visitor& visit) const = 0;

  /// The summary of a run; nothing if it has none.
  virtual std::optional<run_summary> find(std::string_view run) const = 0;

  /// The summaries of runs in one condition, in order of their ids, beginning
  /// after the id `after`, at most `limit` of them. Takes time for what it
  /// gives, not for what else there is. A run whose summary cannot be read has
  /// its id and its condition only: `find` tells why.
  virtual std::vector<run_summary> list(run_condition condition,
                                        std::string_view after,
                                        std::size_t limit) const = 0;

  /// A definition by its fingerprint; nothing if it is not there.
  virtual std::optional<std::string>
  definition(std::string_view fingerprint) const = 0;

  /// What messages call it.
  virtual std::string describe() const {
    return "the journal";
  }

private:
  friend class journal_claim;

  std::atomic<bool> is_claimed_{false};
};

/// Keeps a journal for one engine as long as it lives: each engine takes all
/// that is under way in its journal for its own.
class journal_claim {
public:
  /// Throws journal_error with error_code::journal_locked if another one has
  /// it.
  explicit journal_claim(std::shared_ptr<journal> x);

  ~journal_claim();

  journal_claim(const journal_claim&) = delete;
  journal_claim& operator=(const journal_claim&) = delete;

private:
  std::shared_ptr<journal> journal_;
};

} // namespace lightflow
