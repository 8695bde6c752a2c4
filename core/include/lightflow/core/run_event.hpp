// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/callback.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/core/writes.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>

// What can happen to a run above its processes, in the past tense; see
// process_event.hpp for what happens to these.

namespace lightflow {

/// What runs before the processes has run, or has not run in time.
struct run_prepared {
  time_point time;
  status flags; // abnormal ones that come from it; usually none
  std::string error;
  std::optional<callback_breakpoint> breakpoint = {};
  std::shared_ptr<const writes> context; // what callbacks set; null: nothing
};

struct run_paused {};

struct run_resumed {};

/// The run was told to stop.
struct run_stopped {
  time_point time;
};

/// A run that failed or whose program ended under it goes on.
struct run_recovered {
  time_point time;
  /// The fingerprint of the definition by which it goes on.
  std::string definition = {};
  /// Whether it had ended, and what did not succeed is to run again.
  bool reopened = false;
};

/// What runs after the processes has run, or has not run in time.
struct run_concluded {
  time_point time;
  status flags; // abnormal ones that come from it; usually none
  std::string error;
  /// The callback that must succeed and did not, for whoever reads the journal:
  /// on recovery all run again.
  std::optional<callback_breakpoint> breakpoint = {};
  std::shared_ptr<const writes> context; // what callbacks set; null: nothing
};

using run_event = std::variant<run_prepared, run_paused, run_resumed,
                               run_stopped, run_recovered, run_concluded>;

/// A process came to its end. Follows from what happened to the process, and is
/// in no record of its own.
struct process_done {
  status outcome;
  time_point time;
};

} // namespace lightflow
