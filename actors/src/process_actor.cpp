// SPDX-License-Identifier: MIT
#include "process_actor.hpp"

#include <cassert>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace lightflow {

namespace {

std::string describe(duration x) {
  using namespace std::chrono;
  return x >= seconds{10} ? fmt::format("{}", duration_cast<seconds>(x))
                          : fmt::format("{}", duration_cast<milliseconds>(x));
}

} // namespace

process_actor_impl::process_actor_impl(
  caf::actor_config& cfg, runtime& env, supervisor_actor supervisor,
  std::size_t index, std::shared_ptr<const process_identity> identity,
  process_state state)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      supervisor_(std::move(supervisor)), index_(index),
      identity_(std::move(identity)), state_(std::move(state)),
      running_(state_.plan().steps.size()) {}

void process_actor_impl::on_exit() {
  supervisor_ = nullptr; // which refers to this actor
}

process_actor_impl::behavior_type process_actor_impl::make_behavior() {
  auto now = env_.now();
  state_.apply(process_started{now});
  if (auto timeout = state_.plan().timeout; timeout >= duration::zero())
    add_timer({now + timeout, timer::kind::process_timeout, 0, 0});
  advance();
  return {
    [this](const attempt_ended& x) { on_attempt_ended(x); },
    [this](const control& x) {
      on_control(x);
      return true;
    },
    [this](look_atom) {
      return std::make_shared<const process_state>(state_.snapshot());
    },
    [this](wake_atom) { on_wake(); },
    [this](tick_atom) { set_wake(); },
    [this](close_atom) { on_close(); },
  };
}

// -- messages -----------------------------------------------------------------

void process_actor_impl::on_attempt_ended(const attempt_ended& x) {
  if (!state_.is_current(x.step, x.attempt))
    return; // timed out before
  running_[x.step] = nullptr;
  if (closing_ && x.outcome.is_abnormal()) {
    ++interrupted_; // by us, so that it is no failure of the step's own
  } else if (x.retry_after && !closing_) {
    auto due = x.end + *x.retry_after;
    state_.apply(
      attempt_failed{x.step, x.attempt, x.error, x.end, due, x.output});
    if (*x.retry_after > duration::zero())
      add_timer({due, timer::kind::retry, x.step, x.attempt});
    else
      state_.apply(retry_due{x.step, x.attempt});
  } else {
    state_.apply(step_finished{x.step, x.attempt, x.outcome, x.error, x.start,
                               x.end, x.output});
  }
  advance();
}

void process_actor_impl::on_control(const control& x) {
  switch (x.action) {
  case control_action::pause:
    state_.apply(process_paused{});
    break;
  case control_action::resume:
    state_.apply(process_resumed{});
    break;
  case control_action::stop:
    state_.apply(process_stopped{env_.now()});
    request_stop();
    break;
  }
  advance();
}

void process_actor_impl::on_close() {
  closing_ = true;
  request_stop();
  advance();
}

// -- progress -----------------------------------------------------------------

/// Does all that can be done now. Called after each change of the state.
void process_actor_impl::advance() {
  if (left_)
    return;
  while (!closing_ && state_.running() < env_.window) {
    auto step = state_.next_step();
    if (!step)
      break;
    start_step(*step);
  }
  if (state_.has_ended() || (closing_ && state_.running() == interrupted_))
    leave();
  else
    set_wake();
}

void process_actor_impl::start_step(step_index step) {
  auto number = state_.step(step).attempt + 1;
  auto now = env_.now();
  state_.apply(step_started{step, number, now});
  auto timeout = state_.plan().steps[step].timeout;
  if (timeout >= duration::zero() && number == 1)
    add_timer({now + timeout, timer::kind::step_timeout, step, number});
  auto shared = std::make_shared<attempt_control>();
  running_[step] = shared;
  auto first_start
    = number > 1 ? std::optional{state_.step(step).start} : std::nullopt;
  spawn<step_actor_impl, caf::hidden>(
    env_, process_actor{this},
    attempt{identity_, step_view{state_.shared_context(), step}, number,
            first_start, state_.carried_over(step), std::move(shared)});
}

void process_actor_impl::request_stop() {
  for (auto& x : running_)
    if (x != nullptr)
      x->stop.request_stop();
}

void process_actor_impl::leave() {
  left_ = true;
  request_stop(); // of steps that ended while their functions still run
  send(supervisor_, process_ended{index_, std::make_shared<const process_state>(
                                            std::move(state_))});
  quit();
}

// -- timers -------------------------------------------------------------------

void process_actor_impl::add_timer(timer x) {
  timers_.push(x);
}

/// Has this actor woken in time for the earliest timer, if that comes before
/// the next tick.
void process_actor_impl::set_wake() {
  if (timers_.empty())
    return;
  auto next = timers_.top().time;
  auto now = env_.now();
  if (next > now + tick_interval || (next_wake_ && *next_wake_ <= next))
    return;
  next_wake_ = next;
  delayed_send(this, std::max(next - now, duration::zero()), wake_atom::value);
}

void process_actor_impl::on_wake() {
  if (left_)
    return;
  next_wake_.reset();
  auto now = env_.now();
  while (!timers_.empty() && timers_.top().time <= now) {
    auto next = timers_.top();
    timers_.pop();
    expire(next);
  }
  advance();
}

void process_actor_impl::expire(const timer& x) {
  switch (x.what) {
  case timer::kind::process_timeout:
    state_.apply(process_timed_out{x.time});
    request_stop();
    break;
  case timer::kind::step_timeout:
    expire_step(x);
    break;
  case timer::kind::retry:
    state_.apply(retry_due{x.step, x.attempt});
    break;
  }
}

/// The time of a step counts from when its function began, which may be later
/// than when the step was handed out.
void process_actor_impl::expire_step(const timer& x) {
  auto& step = state_.step(x.step);
  if (step.phase == step_phase::ended)
    return;
  auto& plan = state_.plan().steps[x.step];
  auto& control = running_[x.step];
  if (step.attempt == 1 && control != nullptr) {
    auto deadline = control->begun().value_or(env_.now()) + plan.timeout;
    if (deadline > x.time && deadline > env_.now())
      return add_timer({deadline, x.what, x.step, x.attempt});
  }
  if (control != nullptr)
    control->stop.request_stop();
  control = nullptr;
  state_.apply(step_timed_out{
    x.step, step.attempt,
    fmt::format(R"(step "{}" (id {}, attempt {}) timed out after {})",
                plan.name, identity_->step_id(plan.name), step.attempt,
                describe(plan.timeout)),
    env_.now()});
}

} // namespace lightflow
