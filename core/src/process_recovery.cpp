// SPDX-License-Identifier: MIT
// How a process goes on after its program ended, or after it failed.
#include "lightflow/core/process_state.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace lightflow {

void process_state::apply(const process_interrupted& x) {
  if (has_ended())
    return;
  begin_recovery();
  for (auto& self : steps_)
    if (self.phase != step_phase::ended)
      self.flags.add(status::recovering);
  for (step_index i = 0; i < steps_.size(); ++i) {
    if (!move(i, step_trigger::interrupt))
      continue;
    ++steps_[i].uncounted_attempts;
    leave_beginning(i);
    if (stopping_)
      drop(i, status::stopped, x.time);
    else
      ready_.push_back(i);
  }
  preparing_ = preparing_ || (prepared_ && !resources_.empty());
}

void process_state::apply(const process_reopened& x) {
  if (has_ended() && !outcome().is_abnormal())
    return;
  begin_recovery();
  if (!started_)
    return;
  began_ = true;
  concluded_ = paused_ = stopping_ = false;
  own_ = seen_ = {};
  own_error_.clear();
  concluding_.clear(); // of what runs after steps in today's definition
  follow_failures_.clear();
  end_ = x.time;
  for (step_index i = 0; i < steps_.size(); ++i)
    reopen_step(i);
  skip_reopened(x.time);
  for (auto i : plan().graph.order())
    count_open_dependencies(i);
  rebuild_context();
  preparing_ = !resources_.empty() || (!prepared_ && plan().has_preparation());
  prepared_ = prepared_ || !plan().has_preparation();
  if (prepared_)
    make_roots_ready(x.time);
}

void process_state::begin_recovery() {
  recovering_ = true;
  recorded_ = recorded_ || began_;
}

/// Has a step wait again that did not end normally. Its output is what its next
/// attempt goes on from.
void process_state::reopen_step(step_index step) {
  auto& self = steps_[step];
  if (self.phase != step_phase::ended) { // it is new in today's definition
    self.flags.add(status::recovering);
    return;
  }
  if (!self.flags.is_abnormal()) {
    seen_.add(self.flags);
    return;
  }
  move(step, step_trigger::reopen);
  self.flags = status::pending | status::recovering;
  self.uncounted_attempts = self.attempt;
  if (self.attempt == 0)
    return;
  auto& last = failed_[step];
  last.losses = 0;
  if (auto output = context_->shared_output(step))
    last.output = output;
  if (auto error = errors_.extract(step))
    last.error = std::move(error.mapped());
  if (auto error = conclusion_errors_.extract(step))
    last.error += (last.error.empty() ? "" : "; ") + error.mapped();
}

/// Skips what was cancelled before a step that was skipped could have it
/// skipped as well.
void process_state::skip_reopened(time_point time) {
  for (step_index i = 0; i < steps_.size(); ++i)
    if (skips_dependents(i))
      skip_dependents(i, time);
}

/// After those of the steps that it runs after: see `release_dependents`.
void process_state::count_open_dependencies(step_index step) {
  auto is_open = [this](step_index x) {
    return steps_[x].phase != step_phase::ended
           || (steps_[x].flags.has(status::skipped)
               && steps_[x].open_dependencies > 0);
  };
  auto dependencies = plan().graph.dependencies(step);
  steps_[step].open_dependencies = static_cast<std::uint32_t>(
    std::count_if(dependencies.begin(), dependencies.end(), is_open));
}

/// All of the context but what steps left that are to run again.
void process_state::rebuild_context() {
  auto rebuilt = std::make_shared<process_context>(context_->without_outputs());
  for (auto x : plan().graph.order())
    if (steps_[x].phase == step_phase::ended)
      rebuilt->publish(x, context_->shared_output(x));
  context_ = std::move(rebuilt);
}

} // namespace lightflow
