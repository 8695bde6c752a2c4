// SPDX-License-Identifier: MIT
#pragma once

// How messages.hpp is written and read by CAF; included there.

namespace lightflow {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_summary& x) {
  return f(caf::meta::type_name("run_summary"), x.id, x.flow, x.definition,
           x.condition, x.state, x.start, x.updated);
}

} // namespace lightflow

namespace lightflow::messages {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, view& x) {
  return f(caf::meta::type_name("view"), x.steps, x.results, x.keys);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, start& x) {
  return f(caf::meta::type_name("start"), x.flow, x.input, x.id);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run& x) {
  return f(caf::meta::type_name("run"), x.flow, x.input, x.id, x.show);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, wait& x) {
  return f(caf::meta::type_name("wait"), x.id, x.show);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, look& x) {
  return f(caf::meta::type_name("look"), x.id, x.show);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, recover& x) {
  return f(caf::meta::type_name("recover"), x.id);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pause& x) {
  return f(caf::meta::type_name("pause"), x.id, x.process);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, resume& x) {
  return f(caf::meta::type_name("resume"), x.id, x.process);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stop& x) {
  return f(caf::meta::type_name("stop"), x.id, x.process);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, list& x) {
  return f(caf::meta::type_name("list"), x.condition, x.after, x.limit);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, forget& x) {
  return f(caf::meta::type_name("forget"), x.id);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, subscribe& x) {
  return f(caf::meta::type_name("subscribe"), x.subscriber, x.id, x.flow);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, unsubscribe& x) {
  return f(caf::meta::type_name("unsubscribe"), x.subscriber, x.id, x.flow);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, step_status& x) {
  return f(caf::meta::type_name("step_status"), x.name, x.state, x.attempt,
           x.start, x.end, x.error, x.result, x.values);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_status& x) {
  return f(caf::meta::type_name("process_status"), x.name, x.state, x.start,
           x.end, x.error, x.values, x.steps);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_status& x) {
  return f(caf::meta::type_name("run_status"), x.id, x.flow, x.state, x.start,
           x.end, x.error, x.values, x.processes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_list& x) {
  return f(caf::meta::type_name("run_list"), x.runs);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, step_completed& x) {
  return f(caf::meta::type_name("step_completed"), x.id, x.flow, x.process,
           x.step);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_completed& x) {
  return f(caf::meta::type_name("process_completed"), x.id, x.flow, x.process);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_completed& x) {
  return f(caf::meta::type_name("run_completed"), x.run);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_occurred& x) {
  return f(caf::meta::type_name("event_occurred"), x.event, x.level, x.stage,
           x.layer, x.time, x.id, x.flow, x.process, x.step, x.details,
           x.reason);
}

} // namespace lightflow::messages
