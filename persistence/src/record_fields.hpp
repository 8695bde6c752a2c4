// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/record.hpp"

#include <string_view>

// What each kind of record is called and what it is made of: the one place that
// says so, for writing and for reading. A field that is added must be one that
// old readers can do without; none is ever renamed or given another meaning.

namespace lightflow {

template <class T>
inline constexpr std::string_view kind_name = "";

template <>
inline constexpr std::string_view kind_name<run_begun> = "run_begun";

template <class F>
void fields(F& f, run_begun& x) {
  f("flow", x.flow);
  f("definition", x.definition);
  f("time", x.time);
  f("input", x.input);
}

// -- what happens to a run ----------------------------------------------------

template <>
inline constexpr std::string_view kind_name<run_prepared> = "run_prepared";

template <class F>
void fields(F& f, run_prepared& x) {
  f("time", x.time);
  f("flags", x.flags);
  f("error", x.error);
  f("breakpoint", x.breakpoint);
  f("context", x.context);
}

template <>
inline constexpr std::string_view kind_name<run_paused> = "run_paused";

template <class F>
void fields(F&, run_paused&) {}

template <>
inline constexpr std::string_view kind_name<run_resumed> = "run_resumed";

template <class F>
void fields(F&, run_resumed&) {}

template <>
inline constexpr std::string_view kind_name<run_stopped> = "run_stopped";

template <class F>
void fields(F& f, run_stopped& x) {
  f("time", x.time);
}

template <>
inline constexpr std::string_view kind_name<run_recovered> = "run_recovered";

template <class F>
void fields(F& f, run_recovered& x) {
  f("time", x.time);
  f("definition", x.definition);
  f("reopened", x.reopened);
}

template <>
inline constexpr std::string_view kind_name<run_concluded> = "run_concluded";

template <class F>
void fields(F& f, run_concluded& x) {
  f("time", x.time);
  f("flags", x.flags);
  f("error", x.error);
  f("breakpoint", x.breakpoint);
  f("context", x.context);
}

// -- what happens to a process ------------------------------------------------

template <>
inline constexpr std::string_view
  kind_name<process_started> = "process_started";

template <class F>
void fields(F& f, process_started& x) {
  f("time", x.time);
}

template <>
inline constexpr std::string_view
  kind_name<process_prepared> = "process_prepared";

template <class F>
void fields(F& f, process_prepared& x) {
  f("time", x.time);
  f("failure", x.failure);
  f("context", x.context);
}

template <>
inline constexpr std::string_view kind_name<step_started> = "step_started";

template <class F>
void fields(F& f, step_started& x) {
  f("step", x.step);
  f("attempt", x.attempt);
  f("time", x.time);
}

template <>
inline constexpr std::string_view kind_name<attempt_failed> = "attempt_failed";

template <class F>
void fields(F& f, attempt_failed& x) {
  f("step", x.step);
  f("attempt", x.attempt);
  f("error", x.error);
  f("time", x.time);
  f("retry_at", x.retry_at);
  f("output", x.output);
}

template <>
inline constexpr std::string_view kind_name<attempt_lost> = "attempt_lost";

template <class F>
void fields(F& f, attempt_lost& x) {
  f("step", x.step);
  f("attempt", x.attempt);
  f("reason", x.reason);
  f("time", x.time);
  f("output", x.output);
}

template <>
inline constexpr std::string_view kind_name<step_finished> = "step_finished";

template <class F>
void fields(F& f, step_finished& x) {
  f("step", x.step);
  f("attempt", x.attempt);
  f("outcome", x.outcome);
  f("error", x.error);
  f("start", x.start);
  f("end", x.end);
  f("output", x.output);
  f("breakpoint", x.breakpoint);
  f("in_function", x.in_function);
}

template <>
inline constexpr std::string_view kind_name<step_timed_out> = "step_timed_out";

template <class F>
void fields(F& f, step_timed_out& x) {
  f("step", x.step);
  f("attempt", x.attempt);
  f("error", x.error);
  f("time", x.time);
  f("in_function", x.in_function);
}

template <>
inline constexpr std::string_view kind_name<step_concluded> = "step_concluded";

template <class F>
void fields(F& f, step_concluded& x) {
  f("step", x.step);
  f("flags", x.flags);
  f("error", x.error);
  f("breakpoint", x.breakpoint);
}

template <>
inline constexpr std::string_view
  kind_name<resource_attached> = "resource_attached";

template <class F>
void fields(F& f, resource_attached& x) {
  f("name", x.name);
  f("parameter", x.parameter);
}

template <>
inline constexpr std::string_view kind_name<process_paused> = "process_paused";

template <class F>
void fields(F&, process_paused&) {}

template <>
inline constexpr std::string_view
  kind_name<process_resumed> = "process_resumed";

template <class F>
void fields(F&, process_resumed&) {}

template <>
inline constexpr std::string_view
  kind_name<process_stopped> = "process_stopped";

template <class F>
void fields(F& f, process_stopped& x) {
  f("time", x.time);
}

template <>
inline constexpr std::string_view
  kind_name<process_timed_out> = "process_timed_out";

template <class F>
void fields(F& f, process_timed_out& x) {
  f("time", x.time);
  f("not_begun", x.not_begun);
  f("in_function", x.in_function);
}

template <>
inline constexpr std::string_view
  kind_name<process_concluded> = "process_concluded";

template <class F>
void fields(F& f, process_concluded& x) {
  f("time", x.time);
  f("flags", x.flags);
  f("error", x.error);
  f("breakpoint", x.breakpoint);
  f("context", x.context);
  f("resources", x.resources);
}

} // namespace lightflow
