// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/callback.hpp"
#include "lightflow/core/context.hpp"
#include "lightflow/core/kept_resource.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/core/topology.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What can happen to a process, in the past tense. The state of a process is
// what `process_state::apply` makes of these, one after the other, be it while
// it happens or when it is replayed.

namespace lightflow {

struct process_started {
  time_point time;
};

/// What runs before the first step has run: callbacks and a record hook.
struct process_prepared {
  time_point time;
  std::optional<failed_callback> failure; // none: the steps may start
  std::shared_ptr<const writes> context;  // what callbacks set; null: nothing
};

/// An attempt was handed out to be run.
struct step_started {
  step_index step;
  std::uint32_t attempt;
  time_point time;
};

/// An attempt failed, and another one is to follow.
struct attempt_failed {
  step_index step;
  std::uint32_t attempt;
  std::string error;
  time_point time;
  time_point retry_at;
  /// What the step had set by then; the next attempt goes on from there.
  std::shared_ptr<const step_output> output;
};

/// Who did an attempt was lost with it, such as a worker, and another attempt
/// is to follow. It does not count as one of those that the step may fail in.
struct attempt_lost {
  step_index step;
  std::uint32_t attempt;
  std::string reason;
  time_point time;
  /// What the step had set by then; the next attempt goes on from there.
  std::shared_ptr<const step_output> output;
};

/// A step came to its end.
struct step_finished {
  step_index step;
  std::uint32_t attempt;
  status outcome;
  std::string error; // empty if it went well
  time_point start;
  time_point end;
  std::shared_ptr<const step_output> output; // null if it left nothing
  /// The callback that must succeed and did not.
  std::optional<callback_breakpoint> breakpoint = {};
  /// Of one that was stopped: whether it was when its function had begun, and
  /// what comes before that had passed.
  bool in_function = false;
};

/// A step took too long. Its function may still run; what it does is dropped.
struct step_timed_out {
  step_index step;
  std::uint32_t attempt;
  std::string error;
  time_point time;
  /// Whether its function had begun, and what comes before that had passed.
  bool in_function = false;
};

/// What runs after a step has run for one that did not come to its end by
/// itself, or has not run in time.
struct step_concluded {
  step_index step;
  status flags; // abnormal ones that come from it; usually none
  std::string error;
  std::optional<callback_breakpoint> breakpoint = {};
};

/// A resource was attached to the process.
struct resource_attached {
  std::string name;
  value parameter;
};

struct process_paused {};

struct process_resumed {};

/// The process was told to stop: what runs may finish, nothing else starts.
struct process_stopped {
  time_point time;
};

/// The process took too long: it ends with what it has.
struct process_timed_out {
  time_point time;
  /// Steps that had been handed out, but whose attempts had not begun.
  std::vector<step_index> not_begun = {};
  /// Steps whose functions had begun, and what comes before these had passed.
  std::vector<step_index> in_function = {};
};

/// What runs after the last step has run, or has not run in time.
struct process_concluded {
  time_point time;
  status flags; // abnormal ones that come from it; usually none
  std::string error;
  /// The callback that must succeed and did not, for whoever reads the journal:
  /// on recovery all run again.
  std::optional<callback_breakpoint> breakpoint = {};
  std::shared_ptr<const writes> context; // what callbacks set; null: nothing
  /// What the resources left that were suspended.
  std::vector<suspended_resource> resources = {};
};

using process_event
  = std::variant<process_started, process_prepared, step_started,
                 attempt_failed, attempt_lost, step_finished, step_timed_out,
                 step_concluded, resource_attached, process_paused,
                 process_resumed, process_stopped, process_timed_out,
                 process_concluded>;

// What follows from the clock or from what happened to the run, and is in no
// record of its own.

/// The wait before another attempt is over.
struct retry_due {
  step_index step;
  std::uint32_t attempt;
};

/// The process will not start, since its run may not.
struct process_cancelled {
  time_point time;
};

/// The program ended while the process was under way: what ran runs again.
struct process_interrupted {
  time_point time;
};

/// The run had ended, and this process abnormally: what did not succeed runs
/// again.
struct process_reopened {
  time_point time;
};

} // namespace lightflow
