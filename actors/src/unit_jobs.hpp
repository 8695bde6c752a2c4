// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/process_event.hpp"
#include "lightflow/core/process_state.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/run_event.hpp"
#include "lightflow/core/run_info.hpp"

#include "claim.hpp"
#include "runtime.hpp"

#include <memory>
#include <string>

// What runs before and after units besides functions of steps: callbacks,
// record hooks and releases of resources. All of it is code of the user, so
// these are called by user jobs, and give the event that tells how it went.

namespace lightflow {

/// Makes what is told instead if a defect of the library ended the job: as if a
/// callback had failed that must succeed.
std::string describe_defect(const error& why);

template <class Event>
auto ended_by_defect(const runtime& env) {
  return [&env](const error& why) {
    Event result{};
    result.time = env.now();
    result.flags = status::callback_failed;
    result.error = describe_defect(why);
    return result;
  };
}

/// A process as its callbacks see it.
struct process_look {
  std::shared_ptr<const process_run> who;
  process_report report;
  status state = report.state();
  std::string error = {};
  time_point end = report.end(); // before what runs after it
};

process_prepared run_before(runtime& env, const process_look& x,
                            const process_state::preparation& what);

/// What is to be done after the last step of a process.
struct process_conclusion {
  bool steps_ended;   // else its engine is being destroyed
  bool has_callbacks; // and a record hook
};

/// Releases resources in any case, and suspends them before if the process
/// failed and can be recovered; calls the record hook only if nobody else has.
process_concluded run_after(runtime& env, const process_look& x,
                            process_conclusion what, claim& recorded);

/// Calls the record hook alone.
process_concluded record_end(runtime& env, const process_look& x);

/// A run as its callbacks see it.
struct flow_look {
  std::shared_ptr<const run_info> who;
  std::shared_ptr<const flow_plan> plan;
  run_report report;
  status state = report.state();
  time_point end = report.end(); // before what runs after it
};

/// Begins with the callback `from`, if one is given. A run that is recovering
/// has been told to the record hook before.
run_prepared run_before(runtime& env, const flow_look& x,
                        std::optional<callback_position> from);

/// Runs callbacks unless `barred`: one before the flow has failed.
run_concluded run_after(runtime& env, const flow_look& x, bool barred,
                        claim& recorded);

run_concluded record_end(runtime& env, const flow_look& x);

/// A step that did not come to its end by itself, as its callbacks see it.
struct step_look {
  std::shared_ptr<const process_run> who;
  step_view view;
  step_state state;
  std::shared_ptr<const step_output> left; // by its last failed attempt
  std::string error;
};

step_concluded run_after(runtime& env, const step_look& x, bool has_callbacks);

} // namespace lightflow
