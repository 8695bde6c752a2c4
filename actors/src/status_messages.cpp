// SPDX-License-Identifier: MIT
#include "status_messages.hpp"

namespace lightflow {

namespace {

template <class Report>
writes values_of(const Report& x, shown_values what) {
  writes result;
  for (auto& key : what.view.keys) {
    if (what.secrets != nullptr && what.secrets->covers(key))
      continue;
    if (auto found = x.find(key))
      result.set(key, *found);
  }
  return result;
}

bool shows_results(shown_values what) {
  return what.view.results
         && (what.secrets == nullptr || !what.secrets->covers_all());
}

} // namespace

messages::step_status make_status(const step_report& x, shown_values what) {
  messages::step_status result{x.name(),  x.state(), x.attempt(),
                               x.start(), x.end(),   x.error()};
  if (shows_results(what))
    if (auto returned = x.returned())
      result.result = *returned;
  result.values = values_of(x, what);
  return result;
}

messages::process_status make_status(const process_report& x,
                                     shown_values what) {
  messages::process_status result{x.name(), x.state(), x.start(), x.end(),
                                  x.error()};
  result.values = values_of(x, what);
  if (what.view.steps)
    for (auto& step : x.steps())
      result.steps.push_back(make_status(step, what));
  return result;
}

messages::run_status make_status(const run_report& x, shown_values what) {
  messages::run_status result{x.id(),    x.name(), x.state(),
                              x.start(), x.end(),  x.error()};
  result.values = values_of(x, what);
  for (auto& process : x.processes())
    result.processes.push_back(make_status(process, what));
  return result;
}

messages::event_occurred make_notice(const event& x) {
  return {x.id,
          std::string{to_string(x.level)},
          std::string{to_string(x.stage)},
          std::string{to_string(x.layer)},
          x.time,
          x.run_id,
          x.flow_name,
          x.process_name,
          x.step_name,
          x.details,
          x.cause.message};
}

} // namespace lightflow
