// SPDX-License-Identifier: MIT
#include "notice_board.hpp"

#include "status_messages.hpp"

#include <utility>

namespace lightflow {

namespace {

/// Notices show no values, and nothing below what they are about.
shown_values briefly() {
  static const messages::view view{false, false, {}};
  return {view, nullptr};
}

/// What a report on a process is made of that goes on. Refers to the argument.
std::shared_ptr<const run_snapshot> snapshot_of(const process_run& self,
                                                const process_state& state) {
  auto result = std::make_shared<run_snapshot>();
  result->id = self.run->id;
  result->processes.emplace_back(std::shared_ptr<void>{}, &state);
  return result;
}

notice about_step(const process_run& self, const step_report& x) {
  auto& run = *self.run;
  return {run.id, run.flow_name,
          caf::make_message(messages::step_completed{
            run.id, run.flow_name, self.name, make_status(x, briefly())})};
}

} // namespace

void notice_board::step_completed(const process_run& self,
                                  const process_state& state,
                                  step_index step) const {
  to_(about_step(self, {snapshot_of(self, state), 0, step}));
}

void notice_board::process_completed(const process_run& self,
                                     const process_state& state,
                                     const step_set& told) const {
  auto snapshot = snapshot_of(self, state);
  for (step_index x = 0; x < state.plan().steps.size(); ++x)
    if (!told.contains(x))
      to_(about_step(self, {snapshot, 0, x}));
  auto& run = *self.run;
  messages::process_completed what{
    run.id, run.flow_name, make_status(process_report{snapshot, 0}, briefly())};
  to_({run.id, run.flow_name, caf::make_message(std::move(what))});
}

void notice_board::run_completed(const run_report& x) const {
  messages::run_completed what{make_status(x, briefly())};
  to_({x.id(), x.name(), caf::make_message(std::move(what))});
}

void notice_board::event_occurred(const event& x) const {
  to_({x.run_id, x.flow_name, caf::make_message(make_notice(x))});
}

} // namespace lightflow
