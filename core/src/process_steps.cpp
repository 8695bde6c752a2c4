// SPDX-License-Identifier: MIT
// How the steps of a process move on, and what their ends mean for those that
// run after them.
#include "lightflow/core/process_state.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace lightflow {

/// Moves a step to its next phase and keeps count of the phases. Returns false
/// if the trigger means nothing in the step's phase.
bool process_state::move(step_index step, step_trigger trigger) {
  auto& phase = steps_[step].phase;
  auto next = next_phase(phase, trigger);
  if (!next)
    return false;
  count(phase, -1);
  count(*next, +1);
  if (plan().delegates && plan().steps[step].delegated != nullptr) {
    running_delegated_ -= phase == step_phase::running ? 1 : 0;
    running_delegated_ += *next == step_phase::running ? 1 : 0;
  }
  phase = *next;
  return true;
}

void process_state::count(step_phase phase, int change) {
  auto add
    = [change](std::size_t& x) { x += static_cast<std::size_t>(change); };
  if (phase == step_phase::running)
    add(running_);
  else if (phase == step_phase::backing_off)
    add(backing_off_);
  else if (phase == step_phase::ended)
    add(ended_steps_);
}

void process_state::end_step(step_index step, status flags, time_point time) {
  auto& self = steps_[step];
  auto recovering = self.flags.has(status::recovering);
  self.flags = recovering ? flags | status::recovering : flags;
  self.end = time;
  if (self.attempt == 0)
    self.start = time;
  if (time > end_)
    end_ = time;
  seen_.add(flags);
}

/// A step that was skipped along with another one may have ancestors that have
/// not ended. What runs after it may see these, so it waits for them as well,
/// and is cancelled if they fail: whichever ends first, the end is the same.
void process_state::release_dependents(std::vector<step_index> ended,
                                       time_point time) {
  while (!ended.empty()) {
    auto next = ended.back();
    ended.pop_back();
    for (auto x : plan().graph.dependents(next)) {
      auto& self = steps_[x];
      if (self.open_dependencies == 0 || --self.open_dependencies > 0)
        continue;
      if (self.phase == step_phase::waiting)
        make_ready(x, time);
      else if (self.flags.has(status::skipped))
        release_skipped(x, time, ended);
    }
  }
}

/// Adds a step that was skipped along with another one to those whose
/// dependents are to be released, and what is cancelled with it.
void process_state::release_skipped(step_index step, time_point time,
                                    std::vector<step_index>& ended) {
  if (!follows_failure(step)) {
    ended.push_back(step);
    return;
  }
  follow_failures_.insert(step);
  auto cancelled = end_dependents(step, time);
  ended.insert(ended.end(), cancelled.begin(), cancelled.end());
}

/// Whether a step that was skipped along with another one runs after one that
/// failed, directly or by way of others that were skipped so. These have been
/// released before.
bool process_state::follows_failure(step_index step) const {
  auto dependencies = plan().graph.dependencies(step);
  return std::any_of(
    dependencies.begin(), dependencies.end(), [this](step_index x) {
      return steps_[x].flags.is_abnormal() || follow_failures_.contains(x);
    });
}

void process_state::make_ready(step_index step, time_point time) {
  if (stopping_) {
    drop(step, status::stopped, time);
    return;
  }
  move(step, step_trigger::release);
  ready_.push_back(step);
}

/// Cancels all that runs after a step, directly or not.
void process_state::cancel_dependents(step_index step, time_point time) {
  // Those of their dependents that were skipped before go on from here.
  release_dependents(end_dependents(step, time), time);
}

/// Ends as cancelled what runs after a step, directly or not, and has not
/// ended. Gives these steps, and that one first.
std::vector<step_index> process_state::end_dependents(step_index step,
                                                      time_point time) {
  std::vector<step_index> result{step};
  for (std::size_t i = 0; i < result.size(); ++i)
    for (auto x : plan().graph.dependents(result[i]))
      if (move(x, step_trigger::drop)) {
        end_step(x, status::cancelled, time);
        result.push_back(x);
      }
  return result;
}

/// Ends all steps that have not ended.
void process_state::cancel_all(status of_running, time_point time) {
  for (step_index i = 0; i < steps_.size(); ++i) {
    auto was_running = steps_[i].phase == step_phase::running;
    drop(i, was_running ? of_running : status::cancelled, time);
  }
}

/// Whether a step was skipped by its own conditions, and others with it.
bool process_state::skips_dependents(step_index step) const {
  auto& self = steps_[step];
  return self.flags.has(status::skipped) && self.attempt > 0
         && plan().steps[step].skips_dependents;
}

/// Skips all that runs after a step, directly or not, but for those that its
/// definition names. Goes on through those that others have skipped, since
/// these may have kept what comes behind.
void process_state::skip_dependents(step_index step, time_point time) {
  auto& kept = plan().steps[step].never_skipped;
  std::set<step_index> seen{kept.begin(), kept.end()};
  std::vector<step_index> skipped{step};
  for (std::size_t i = 0; i < skipped.size(); ++i)
    for (auto x : plan().graph.dependents(skipped[i])) {
      if (!seen.insert(x).second)
        continue;
      if (move(x, step_trigger::drop))
        end_step(x, status::skipped, time);
      if (steps_[x].flags.has(status::skipped))
        skipped.push_back(x);
    }
}

/// Ends a step that will not run, and with it all that runs after it.
bool process_state::drop(step_index step, status why, time_point time) {
  auto& self = steps_[step];
  auto was_running = self.phase == step_phase::running;
  if (!move(step, step_trigger::drop))
    return false;
  if (was_running && self.attempt > 0)
    leave_beginning(step);
  end_step(step, why, time);
  if (steps_[step].attempt > 0 && plan().has_step_conclusion())
    concluding_.insert(step);
  cancel_dependents(step, time);
  return true;
}

} // namespace lightflow
