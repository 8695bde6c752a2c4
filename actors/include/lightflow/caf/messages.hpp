// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf/values.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/persistence/run_summary.hpp"

#include <caf/actor.hpp>
#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What can be said to an engine, and what it says; see engine_handle for which
/// answers which. All may be sent to other nodes.
namespace lightflow::messages {

// -- what an engine is asked --------------------------------------------------

/// What a status tells besides how the run and its processes go.
struct view {
  /// How each step goes.
  bool steps = true;
  /// What steps returned.
  bool results = false;
  /// The values of these keys, where a run, process or step has set them. Keys
  /// that are encrypted in the journal are left out.
  std::vector<std::string> keys = {};
};

/// Starts a run, or finds the one that has its id, as `engine::start_as` does.
struct start {
  std::string flow;
  writes input = {};
  /// Empty: one of the engine's making.
  std::string id = {};
};

/// The same, and waits for the end of the run.
struct run {
  std::string flow;
  writes input = {};
  std::string id = {};
  view show = {};
};

/// Waits for the end of a run.
struct wait {
  std::string id;
  view show = {};
};

/// Asks how a run goes, or went.
struct look {
  std::string id;
  view show = {};
};

/// Has a run go on that failed or was interrupted, as `engine::recover` does.
struct recover {
  std::string id;
};

/// Lets running steps finish and starts no new ones.
struct pause {
  std::string id;
  /// Empty: all of them.
  std::string process = {};
};

struct resume {
  std::string id;
  std::string process = {};
};

/// Asks running steps to stop and starts no new ones.
struct stop {
  std::string id;
  std::string process = {};
};

/// Asks for the runs of the journal, as `engine::list` does.
struct list {
  run_condition condition = run_condition::running;
  std::string after = {};
  /// 10,000 at most.
  std::uint32_t limit = 1000;
};

/// Removes a run that has ended, as `engine::forget` does.
struct forget {
  std::string id;
};

/// From now on, tells an actor of what completes and of events.
struct subscribe {
  /// Who is told; null: who sends this.
  caf::actor subscriber = {};
  /// Of the run with this id, whether or not there is one yet.
  std::string id = {};
  /// Of the runs of this flow. With neither, of all runs.
  std::string flow = {};
};

/// Takes back what was said by the same words.
struct unsubscribe {
  caf::actor subscriber = {};
  std::string id = {};
  std::string flow = {};
};

// -- what it answers ----------------------------------------------------------

struct step_status {
  std::string name;
  status state;
  std::uint32_t attempt = 0;
  time_point start = {};
  time_point end = {};
  std::string error = {};
  value result = {};
  writes values = {};
};

struct process_status {
  std::string name;
  status state;
  time_point start = {};
  time_point end = {};
  std::string error = {};
  writes values = {};
  std::vector<step_status> steps = {};
};

struct run_status {
  std::string id;
  std::string flow;
  status state;
  time_point start = {};
  time_point end = {};
  /// What went wrong with the run itself.
  std::string error = {};
  writes values = {};
  std::vector<process_status> processes = {};

  bool has_ended() const {
    return !state.has(status::pending);
  }

  /// Whether it ended, and ended normally.
  bool success() const {
    return state.succeeded();
  }
};

struct run_list {
  std::vector<run_summary> runs;
};

// -- what it tells subscribers ------------------------------------------------

/// A step is at its end. One that never ran is told of when its process ends.
struct step_completed {
  std::string id; // of the run
  std::string flow;
  std::string process;
  step_status step;
};

/// A process is at its end, and all its steps have been told of.
struct process_completed {
  std::string id;
  std::string flow;
  process_status process;
};

/// A run is at its end, and all its processes have been told of. If it failed
/// it may yet be recovered.
struct run_completed {
  run_status run;
};

/// Something went wrong outside a step's own function; see lightflow::event.
struct event_occurred {
  std::string event; // its id
  std::string level;
  std::string stage;
  std::string layer;
  time_point time;
  std::string id; // of the run
  std::string flow;
  std::string process;
  std::string step;
  std::map<std::string, std::string> details;
  std::string reason;
};

} // namespace lightflow::messages

#include "lightflow/caf/inspect.hpp" // IWYU pragma: export
