// SPDX-License-Identifier: MIT
// What happens to a process as its timers expire.
#include "process_actor.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

/// Has this actor woken in time for the earliest timer, if that comes before
/// the next tick.
void process_actor_impl::set_wake() {
  if (auto time
      = timers_.next_wake([this] { return env_.now(); }, tick_interval))
    delayed_send(this, *time, wake_atom::value);
}

void process_actor_impl::on_wake() {
  if (left_)
    return;
  timers_.woken();
  if (entries_.blocks())
    return when_settled([this] { on_wake(); });
  auto now = env_.now();
  while (!entries_.blocks()) {
    auto next = timers_.take_due(now);
    if (!next)
      break;
    expire(*next);
  }
  advance();
}

/// Goes on with the timers that expired while the end of an attempt was being
/// written.
void process_actor_impl::expire_overdue() {
  for (auto& x : std::exchange(overdue_, {}))
    if (entries_.blocks())
      overdue_.push_back(x);
    else
      expire(x);
}

/// Once nothing can be written any more, nothing can be decided.
void process_actor_impl::expire(const timer& x) {
  if (entries_.is_lost())
    return;
  switch (x.what) {
  case timer::kind::process_timeout:
    abandon_all();
    time_out(x.time);
    break;
  case timer::kind::step_timeout:
    expire_step(x);
    break;
  case timer::kind::step_conclusion:
    give_up_conclusion_of(x.step);
    break;
  case timer::kind::process_conclusion:
    give_up_conclusion();
    break;
  case timer::kind::retry:
    state_->apply(retry_due{x.step, x.attempt});
    break;
  }
}

void process_actor_impl::time_out(time_point when) {
  auto not_begun = attempts_.select([this](auto x, auto& control) {
    return is_running(x) && !control.begun();
  });
  auto in_function = attempts_.select([this](auto x, auto& control) {
    return is_running(x) && control.entered_function();
  });
  happened(
    process_timed_out{when, std::move(not_begun), std::move(in_function)});
}

void process_actor_impl::expire_step(const timer& x) {
  auto& step = state_->step(x.step);
  if (step.phase == step_phase::ended)
    return;
  if (step.phase == step_phase::running && !is_open(x.step, step.attempt)) {
    overdue_.push_back(x); // unless it turns out that it has ended
    return;
  }
  auto control = attempts_.find(x.step);
  if (control != nullptr)
    if (auto when = more_time(x, *control))
      return timers_.add({*when, x.what, x.step, x.attempt});
  if (control != nullptr) {
    abandon(x.step);
    control->decided = true;
  }
  auto& plan = state_->plan().steps[x.step];
  happened(step_timed_out{
    x.step, step.attempt,
    fmt::format(R"(step "{}" (id {}, attempt {}) timed out after {})",
                plan.name, self_->step_id(plan.name), step.attempt,
                describe(plan.timeout)),
    env_.now(), control != nullptr && control->entered_function()});
}

/// The time of a step counts from when its first attempt got a thread, while
/// that is the one under way, which may be later than when it was handed out;
/// and what runs after it may take as long again, once, which is noted in
/// `control`. Gives the end of it, if that is still to come.
std::optional<time_point>
process_actor_impl::more_time(const timer& x, attempt_control& control) const {
  auto timeout = state_->plan().steps[x.step].timeout;
  auto now = env_.now();
  if (control.is_timed)
    if (auto end = later(control.begun().value_or(now), timeout);
        end > x.time && end > now)
      return end;
  if (control.conclusion.is_taken() && !std::exchange(control.extended, true))
    return later(now, timeout);
  return std::nullopt;
}

} // namespace lightflow
