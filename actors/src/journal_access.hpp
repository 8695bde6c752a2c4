// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/durability.hpp"
#include "lightflow/persistence/replay.hpp"

#include "actors.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>

namespace lightflow {

/// Tells how long a commit has been under way, to others than the thread that
/// is in it: a disk that hangs does not return.
class commit_watch {
public:
  using clock = std::chrono::steady_clock;

  void begin() {
    begun_.store(clock::now().time_since_epoch().count());
  }

  void end() {
    begun_.store(0);
  }

  /// Zero if none is.
  duration under_way() const {
    auto begun = begun_.load();
    return begun != 0 ? clock::now() - clock::time_point{clock::duration{begun}}
                      : duration::zero();
  }

private:
  std::atomic<clock::rep> begun_{0};
};

/// What the actors of an engine share of its journal.
struct journal_access {
  replay_source source;
  durability how; // of flows that do not say it
  std::size_t value_limit;
  std::shared_ptr<const encryption> secrets; // null: nothing is encrypted
  journal_writer writer = {};
  commit_watch watch = {};
  /// The writer gave up because of a defect: no run can go on that needs it.
  std::atomic<bool> is_broken = false;
};

} // namespace lightflow
