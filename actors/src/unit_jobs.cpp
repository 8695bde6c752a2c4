// SPDX-License-Identifier: MIT
#include "unit_jobs.hpp"

#include "lightflow/core/flow.hpp"
#include "lightflow/core/process.hpp"
#include "lightflow/core/resource_set.hpp"
#include "lightflow/core/unit_access.hpp"

#include "attempt_runner.hpp"

#include <optional>
#include <utility>

namespace lightflow {

namespace {

/// Notes in the event that a callback which must succeed did not.
template <class Event>
void note_failure(Event& event, callback_moment moment,
                  const std::optional<failed_callback>& failed) {
  if (!failed)
    return;
  event.flags = status::callback_failed;
  event.error = failed->error;
  event.breakpoint = {moment, failed->at};
}

/// The same in the event and in what the rest of the job sees.
template <class Event>
void note_failure_after(Event& event, unit& self,
                        const std::optional<failed_callback>& failed) {
  note_failure(event, callback_moment::after, failed);
  if (failed)
    unit_access::add_error(self, status::callback_failed, failed->error);
}

void show_end(unit& self, status state, const std::string& error,
              time_point time) {
  unit_access::set_state(self, state);
  unit_access::set_end(self, time);
  if (!error.empty())
    unit_access::add_error(self, state, error);
}

} // namespace

std::string describe_defect(const error& why) {
  return std::string{"its callbacks were ended by a defect of the library: "}
         + why.what();
}

// -- processes ----------------------------------------------------------------

process_prepared run_before(runtime& env, const process_look& x,
                            const process_state::preparation& what) {
  process self{x.who, x.report};
  running_functions::entry running{env.functions, self};
  auto& plan = x.report.plan();
  if (auto& resources = x.who->resources)
    for (auto& resource : what.resources)
      resources->recover(resource, self);
  if (what.has_record)
    record(plan.records.insert, "insert", self);
  std::optional<failed_callback> failed;
  if (what.has_callbacks)
    failed
      = run_callbacks(plan.before, callback_moment::before, self, what.from);
  return {env.now(), std::move(failed), unit_access::share_writes(self)};
}

process_concluded run_after(runtime& env, const process_look& x,
                            process_conclusion what, claim& recorded) {
  process self{x.who, x.report};
  running_functions::entry running{env.functions, self};
  show_end(self, x.state, x.error, x.end);
  auto& plan = x.report.plan();
  process_concluded result;
  if (what.has_callbacks && !x.state.has(status::callback_failed))
    note_failure_after(result, self,
                       run_callbacks(plan.after, callback_moment::after, self));
  if (auto& resources = x.who->resources) {
    resources->set_status(self.state());
    auto is_suspended = what.steps_ended && x.who->run->recoverable
                        && self.state().is_abnormal();
    if (is_suspended)
      result.resources = resources->suspend(self);
    resources->release(self);
  }
  if (what.has_callbacks && recorded.take())
    record(plan.records.update, "update", self);
  result.context = unit_access::share_writes(self);
  result.time = env.now();
  return result;
}

process_concluded record_end(runtime& env, const process_look& x) {
  process self{x.who, x.report};
  running_functions::entry running{env.functions, self};
  show_end(self, x.state, x.error, x.end);
  record(x.report.plan().records.update, "update", self);
  return {};
}

// -- flows --------------------------------------------------------------------

run_prepared run_before(runtime& env, const flow_look& x,
                        std::optional<callback_position> from) {
  flow self{x.who, x.report};
  running_functions::entry running{env.functions, self};
  if (!x.state.has(status::recovering))
    record(x.plan->records.insert, "insert", self);
  run_prepared result;
  note_failure(
    result, callback_moment::before,
    run_callbacks(x.plan->before, callback_moment::before, self, from));
  result.context = unit_access::share_writes(self);
  result.time = env.now();
  return result;
}

run_concluded run_after(runtime& env, const flow_look& x, bool barred,
                        claim& recorded) {
  flow self{x.who, x.report};
  running_functions::entry running{env.functions, self};
  show_end(self, x.state, x.report.error(), x.end);
  run_concluded result;
  if (!barred)
    note_failure_after(
      result, self, run_callbacks(x.plan->after, callback_moment::after, self));
  if (recorded.take())
    record(x.plan->records.update, "update", self);
  result.context = unit_access::share_writes(self);
  result.time = env.now();
  return result;
}

run_concluded record_end(runtime& env, const flow_look& x) {
  flow self{x.who, x.report};
  running_functions::entry running{env.functions, self};
  show_end(self, x.state, x.report.error(), x.end);
  record(x.plan->records.update, "update", self);
  return {};
}

// -- steps --------------------------------------------------------------------

step_concluded run_after(runtime& env, const step_look& x, bool has_callbacks) {
  step self{*x.who,
            x.view,
            {x.state.attempt, x.state.start, {}},
            x.left != nullptr ? x.left->context : writes{}};
  running_functions::entry running{env.functions, self};
  show_end(self, x.state.flags, x.error, x.state.end);
  auto& plan = x.view.context().plan();
  step_concluded result{x.view.index(), {}, {}, std::nullopt};
  if (has_callbacks)
    note_failure(result, callback_moment::after, run_after_step(plan, self));
  record(plan.step_records.update, "update", self);
  return result;
}

} // namespace lightflow
