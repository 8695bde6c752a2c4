// SPDX-License-Identifier: MIT
#include "lightflow/core/run_history.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

run_history::run_history(std::shared_ptr<const flow_plan> plan,
                         std::shared_ptr<const writes> input, time_point start,
                         bool recoverable)
    : plan_(std::move(plan)), recoverable_(recoverable),
      state_(plan_, std::move(input), start, recoverable),
      processes_(plan_->processes.size()) {}

std::shared_ptr<process_state> run_history::make_process(std::size_t i) const {
  auto result = std::make_shared<process_state>(plan_->processes[i],
                                                state_.context(), recoverable_);
  if (state_.is_recovering())
    result->apply(process_interrupted{state_.end()});
  if (state_.is_paused())
    result->apply(process_paused{});
  if (state_.is_stopped())
    result->apply(process_stopped{state_.end()});
  return result;
}

process_state& run_history::process(std::size_t i) {
  if (is_new(i))
    processes_[i] = make_process(i);
  return *processes_[i];
}

std::shared_ptr<process_state> run_history::release(std::size_t process) {
  this->process(process);
  return std::move(processes_[process]);
}

// -- what happened ------------------------------------------------------------

void run_history::apply(std::size_t process, const process_event& x) {
  if (std::holds_alternative<process_started>(x))
    state_.begin_processes();
  tell(process, x);
}

/// The run learns it if that is the end of the process.
template <class Event>
void run_history::tell(std::size_t process, const Event& x) {
  auto& self = this->process(process);
  auto had_ended = self.has_ended();
  self.apply(x);
  if (!had_ended && self.has_ended())
    state_.apply(process_done{self.own_status(), self.end()});
}

void run_history::apply(const run_event& x) {
  std::visit([this](auto& event) { apply(event); }, x);
}

void run_history::apply(const run_prepared& x) {
  state_.apply(x);
  for (std::size_t i = 0; i < processes_.size(); ++i)
    if (processes_[i] && !processes_[i]->has_started())
      remake(i, x.time);
  if (state_.is_barred())
    cancel_processes(x.time);
}

/// A process that was paused, resumed or stopped by itself before it could
/// start sees what callbacks have set since then.
void run_history::remake(std::size_t process, time_point time) {
  auto old = std::exchange(processes_[process], make_process(process));
  auto& self = *processes_[process];
  if (old->is_paused())
    self.apply(process_paused{});
  else
    self.apply(process_resumed{});
  if (old->is_stopping())
    self.apply(process_stopped{time});
}

void run_history::apply(const run_paused& x) {
  state_.apply(x);
  apply_to_processes(process_paused{});
}

void run_history::apply(const run_resumed& x) {
  state_.apply(x);
  apply_to_processes(process_resumed{});
}

void run_history::apply(const run_stopped& x) {
  state_.apply(x);
  apply_to_processes(process_stopped{x.time});
}

void run_history::apply(const run_concluded& x) {
  state_.apply(x);
}

void run_history::close() {
  for (std::size_t i = 0; i < processes_.size(); ++i)
    if (auto& self = processes_[i]; self && self->steps_ended())
      tell(i, process_concluded{self->end(), {}, {}, {}, nullptr});
  state_.close();
}

/// Those that have started have a record of their own of it, among theirs, and
/// others learn it when they are made.
template <class Event>
void run_history::apply_to_processes(const Event& x) {
  for (auto& self : processes_)
    if (self && !self->has_started())
      self->apply(x);
}

void run_history::cancel_processes(time_point time) {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    auto& self = process(i);
    self.apply(process_cancelled{time});
    state_.apply(process_done{self.own_status(), time});
  }
}

/// If the run had ended, processes that failed are reopened, and those that
/// were not to begin are new again.
void run_history::apply(const run_recovered& x) {
  std::size_t open = 0;
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    auto& self = processes_[i];
    if (x.reopened && state_.is_barred())
      self.reset();
    else if (self && x.reopened)
      self->apply(process_reopened{x.time});
    else if (self)
      interrupt(i, x.time);
    open += self && self->has_ended() ? 0 : 1;
  }
  state_.recover(x, open);
}

/// The program may have ended before a process had noted that its run was
/// stopped.
void run_history::interrupt(std::size_t process, time_point time) {
  if (state_.is_stopped())
    tell(process, process_stopped{time});
  tell(process, process_interrupted{time});
}

// -- how it is ----------------------------------------------------------------

run_snapshot run_history::snapshot(const std::string& id) const {
  auto result = make_run_snapshot(id, plan_, state_);
  for (std::size_t i = 0; i < processes_.size(); ++i)
    result.processes.push_back(
      is_new(i) ? make_process(i)
                : std::make_shared<process_state>(processes_[i]->snapshot()));
  return result;
}

run_snapshot make_run_snapshot(const std::string& id,
                               std::shared_ptr<const flow_plan> plan,
                               const run_state& state) {
  run_snapshot result;
  result.id = id;
  result.input = state.context();
  result.own = state.own_status();
  if (auto& error = state.own_error(); !error.empty())
    result.error
      = fmt::format(R"(run "{}" of flow "{}": {})", id, plan->name, error);
  result.flow = std::move(plan);
  result.start = state.start();
  result.end = state.end();
  result.wakes_by = state.wakes_by();
  return result;
}

} // namespace lightflow
