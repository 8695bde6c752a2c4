// SPDX-License-Identifier: MIT
#include "lightflow/core/process_state.hpp"

#include <algorithm>
#include <utility>

namespace lightflow {

namespace {

/// A step that was stopped may not even have begun.
bool is_of_begun_step(const step_finished& x) {
  return !x.outcome.has(status::stopped) || x.in_function;
}

} // namespace

process_state::process_state(std::shared_ptr<const process_plan> plan,
                             std::shared_ptr<const writes> input,
                             bool recoverable)
    : context_(
      std::make_shared<process_context>(std::move(plan), std::move(input))),
      steps_(context_->plan().steps.size()), recoverable_(recoverable) {
  auto& graph = context_->plan().graph;
  for (step_index x = 0; x < steps_.size(); ++x)
    steps_[x].open_dependencies
      = static_cast<std::uint32_t>(graph.dependencies(x).size());
}

process_state process_state::snapshot() const {
  auto result = *this;
  result.context_ = std::make_shared<process_context>(*context_);
  return result;
}

// -- what happened ------------------------------------------------------------

void process_state::apply(const process_event& x) {
  std::visit([this](auto& event) { apply(event); }, x);
}

void process_state::apply(const process_started& x) {
  if (started_)
    return;
  started_ = true;
  start_ = end_ = x.time;
  began_ = !stopping_;
  preparing_ = plan().has_preparation() && began_;
  concluded_ = stopping_; // before it began, so that nothing is to be undone
  if (preparing_)
    return;
  prepared_ = began_;
  make_roots_ready(x.time);
}

/// Also where today's definition has nothing to run before the first step: what
/// it had when that ran counts. It comes too late if the process timed out.
void process_state::apply(const process_prepared& x) {
  if (!preparing_ && (!prepared_ || own_.has(status::timed_out)))
    return;
  end_ = x.time;
  context_->prepare(x.context);
  for (auto& resource : resources_)
    resource.left.reset(); // it is attached again
  if (!x.failure) {
    failed_before_.reset();
    return finish_preparation(x.time);
  }
  preparing_ = false;
  own_.add(status::callback_failed);
  own_error_ = x.failure->error;
  failed_before_ = x.failure->at;
  cancel_all(status::cancelled, x.time);
}

void process_state::finish_preparation(time_point time) {
  preparing_ = false;
  if (!std::exchange(prepared_, true))
    make_roots_ready(time);
}

void process_state::make_roots_ready(time_point time) {
  for (step_index i = 0; i < steps_.size(); ++i)
    if (steps_[i].phase == step_phase::waiting
        && steps_[i].open_dependencies == 0)
      make_ready(i, time);
}

/// A step that starts shows that what has to run before the first one has, or
/// was not part of the definition by then.
void process_state::apply(const step_started& x) {
  auto& self = steps_[x.step];
  if (x.attempt <= self.attempt)
    return;
  if (preparing_)
    finish_preparation(x.time);
  move(x.step, step_trigger::due); // when replayed: it has been since
  if (!move(x.step, step_trigger::start))
    return;
  // The first of the ready ones has started; others may have been dropped.
  while (next_ready_ < ready_.size()
         && steps_[ready_[next_ready_]].phase != step_phase::ready)
    ++next_ready_;
  if (next_ready_ == ready_.size()) {
    ready_.clear();
    next_ready_ = 0;
  }
  if (self.attempt == 0)
    self.start = x.time;
  self.attempt = x.attempt;
}

void process_state::apply(const attempt_failed& x) {
  if (!is_current(x.step, x.attempt) || !move(x.step, step_trigger::back_off))
    return;
  go_on_from(x.step, x.error, x.output, x.retry_at);
  if (stopping_)
    drop(x.step, status::stopped, x.time);
}

void process_state::apply(const attempt_lost& x) {
  if (!is_current(x.step, x.attempt) || !move(x.step, step_trigger::interrupt))
    return;
  go_on_from(x.step, x.reason, x.output, x.time);
  ++failed_[x.step].losses;
  ++steps_[x.step].uncounted_attempts;
  if (stopping_)
    drop(x.step, status::stopped, x.time);
  else
    ready_.push_back(x.step);
}

/// Notes what an attempt left that another one follows.
void process_state::go_on_from(step_index step, std::string error,
                               std::shared_ptr<const step_output> output,
                               time_point at) {
  auto& last = failed_[step];
  last.error = std::move(error);
  last.output = std::move(output);
  last.retry_at = at;
  steps_[step].entry = step_entry::function;
}

void process_state::apply(const retry_due& x) {
  if (steps_[x.step].attempt == x.attempt
      && steps_[x.step].phase == step_phase::backing_off
      && move(x.step, step_trigger::due))
    ready_.push_back(x.step);
}

void process_state::apply(const step_finished& x) {
  if (!is_current(x.step, x.attempt) || !move(x.step, step_trigger::finish))
    return;
  steps_[x.step].start = x.start;
  set_entry(x);
  if (is_of_begun_step(x))
    failed_.erase(x.step);
  context_->publish(x.step, x.output);
  if (!x.error.empty())
    errors_.emplace(x.step, x.error);
  end_step(x.step, x.outcome, x.end);
  if (x.outcome.is_abnormal())
    return cancel_dependents(x.step, x.end);
  if (skips_dependents(x.step))
    skip_dependents(x.step, x.end);
  release_dependents({x.step}, x.end);
}

/// The record hook was told of the step, and that is done once.
void process_state::leave_beginning(step_index step) {
  auto& entry = steps_[step].entry;
  if (entry == step_entry::beginning)
    entry = step_entry::conditions;
}

/// Its conditions were met. What the callbacks before it have set is dropped
/// with its attempt, unless an earlier one left it, so that they run again.
void process_state::leave_conditions(step_index step) {
  auto& entry = steps_[step].entry;
  entry = std::max(entry, step_entry::callback_before);
}

/// Notes with what the step begins if it is recovered.
void process_state::set_entry(const step_finished& x) {
  auto& self = steps_[x.step];
  if (x.breakpoint)
    breakpoints_.insert_or_assign(x.step, *x.breakpoint);
  else if (is_of_begun_step(x))
    breakpoints_.erase(x.step);
  auto function_failed
    = x.outcome.has_any(status::error, status::panicked, status::timed_out)
      || (x.outcome.has(status::stopped) && x.in_function);
  if (x.breakpoint && x.breakpoint->moment == callback_moment::before)
    self.entry = step_entry::callback_before;
  else if (x.breakpoint && !function_failed)
    self.entry = step_entry::callback_after;
  else if (is_of_begun_step(x))
    self.entry = step_entry::function;
}

void process_state::apply(const step_concluded& x) {
  if (concluding_.erase(x.step) == 0)
    return;
  if (x.breakpoint && steps_[x.step].entry != step_entry::callback_before)
    breakpoints_.insert_or_assign(x.step, *x.breakpoint);
  if (!x.flags.is_abnormal())
    return;
  steps_[x.step].flags.add(x.flags);
  seen_.add(x.flags);
  conclusion_errors_.insert_or_assign(x.step, x.error);
}

void process_state::apply(const step_timed_out& x) {
  if (steps_[x.step].attempt != x.attempt
      || !drop(x.step, status::timed_out, x.time))
    return;
  if (x.in_function)
    leave_conditions(x.step);
  errors_.emplace(x.step, x.error);
}

void process_state::apply(const resource_attached& x) {
  auto is_same = [&](auto& kept) { return kept.name == x.name; };
  if (std::none_of(resources_.begin(), resources_.end(), is_same))
    resources_.push_back({x.name, x.parameter});
}

void process_state::apply(const process_paused&) {
  paused_ = !has_ended();
}

void process_state::apply(const process_resumed&) {
  paused_ = false;
}

void process_state::apply(const process_stopped& x) {
  if (steps_ended() || stopping_)
    return;
  stopping_ = true;
  paused_ = false;
  own_.add(status::stopped);
  for (step_index i = 0; i < steps_.size(); ++i) {
    auto phase = steps_[i].phase;
    if (phase == step_phase::ready || phase == step_phase::backing_off)
      drop(i, status::stopped, x.time);
  }
}

void process_state::apply(const process_timed_out& x) {
  if (steps_ended())
    return;
  own_.add(status::timed_out);
  own_error_ = "timed out";
  paused_ = false;
  preparing_ = false;
  for (auto step : x.not_begun) {
    if (steps_[step].attempt == 1)
      steps_[step].attempt = 0;
    drop(step, status::cancelled, x.time);
  }
  for (auto step : x.in_function)
    leave_conditions(step);
  cancel_all(status::timed_out, x.time);
}

void process_state::apply(const process_cancelled& x) {
  if (started_)
    return;
  started_ = true;
  concluded_ = true; // nothing began, so that nothing is to be undone
  start_ = end_ = x.time;
  own_.add(status::cancelled);
  cancel_all(status::cancelled, x.time);
}

/// What resources left counts also if today's definition has steps that are
/// still to run.
void process_state::apply(const process_concluded& x) {
  if (concluded_)
    return;
  for (auto& left : x.resources)
    for (auto& kept : resources_)
      if (kept.name == left.name)
        kept.left = left;
  if (!steps_ended())
    return;
  concluded_ = true;
  end_ = std::max(end_, x.time);
  context_->conclude(x.context);
  own_.add(x.flags);
  if (!x.error.empty())
    own_error_ += (own_error_.empty() ? "" : "; ") + x.error;
}

// -- what to do next ----------------------------------------------------------

std::optional<step_index> process_state::next_step() const {
  auto limit = plan().parallelism;
  if (preparing_ || paused_ || (limit > 0 && running_ >= limit))
    return std::nullopt;
  for (auto i = next_ready_; i < ready_.size(); ++i)
    if (steps_[ready_[i]].phase == step_phase::ready)
      return ready_[i];
  return std::nullopt;
}

std::shared_ptr<const step_output>
process_state::carried_over(step_index step) const {
  auto i = failed_.find(step);
  return i != failed_.end() ? i->second.output : nullptr;
}

time_point process_state::retry_at(step_index step) const {
  auto i = failed_.find(step);
  return i != failed_.end() ? i->second.retry_at : time_point{};
}

process_state::preparation process_state::to_prepare() const {
  preparation result{!recorded_, !prepared_, failed_before_};
  if (recovering_)
    result.resources = resources_;
  return result;
}

std::uint32_t process_state::losses(step_index step) const {
  auto i = failed_.find(step);
  return i != failed_.end() ? i->second.losses : 0;
}

bool process_state::is_current(step_index step, std::uint32_t attempt) const {
  return steps_[step].phase == step_phase::running
         && steps_[step].attempt == attempt;
}

wake_source process_state::wakes_by() const {
  if (!started_)
    return wake_source::start;
  if (has_ended())
    return wake_source::ended;
  if (preparing_)
    return wake_source::preparation;
  if (steps_ended() || !concluding_.empty())
    return wake_source::conclusion;
  if (running_ > 0)
    return running_ == waiting_for_worker_ ? wake_source::worker
                                           : wake_source::running_step;
  if (paused_)
    return wake_source::resume;
  return backing_off_ > 0 ? wake_source::retry : wake_source::ready_step;
}

} // namespace lightflow
