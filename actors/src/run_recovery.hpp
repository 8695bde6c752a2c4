// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/options.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/persistence/journal.hpp"

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace lightflow {

/// What an engine does by itself with the runs of its journal.
struct recovery_options {
  interrupted_runs interrupted;
  std::optional<duration>
    retention; // of runs that succeeded; nothing: for ever
};

/// Goes through the runs of a journal: those that were interrupted, to have
/// them go on a bounded number at a time, and those that have been kept long
/// enough. Knows where it is, and reads summaries only.
class run_recovery {
public:
  explicit run_recovery(recovery_options how)
      : how_(how), is_done_(!resumes()) {}

  /// Whether runs that were interrupted go on by themselves.
  bool resumes() const noexcept {
    return how_.interrupted == interrupted_runs::resume;
  }

  /// The next runs that are to go on, as many as may now, and `room` at most.
  std::vector<run_summary> next_interrupted(const journal& from,
                                            std::size_t room);

  /// A run that had gone on is at its end, or cannot go on.
  void ended(const std::string& id) {
    under_way_.erase(id);
  }

  /// Does not wait any longer for those that have gone on: they may take days.
  void wait_no_longer() {
    under_way_.clear();
  }

  /// Runs that have been kept long enough, of the next thousand that succeeded.
  /// One whose summary is damaged is none of them: its age is not known.
  std::vector<std::string> next_expired(const journal& from, time_point now);

  /// Whether all that succeeded have been looked at, and it begins anew.
  bool has_come_round() const noexcept {
    return swept_.empty();
  }

private:
  recovery_options how_;
  bool is_done_;      // all that were interrupted have been seen
  std::string seen_;  // the last of them
  std::string swept_; // the last that was looked at for its age
  std::unordered_set<std::string> under_way_;
};

} // namespace lightflow
