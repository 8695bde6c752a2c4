// SPDX-License-Identifier: MIT
#include "process_actor.hpp"

#include "unit_jobs.hpp"
#include "user_job.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

process_actor_impl::process_actor_impl(caf::actor_config& cfg, runtime& env,
                                       supervisor_actor supervisor,
                                       std::size_t index,
                                       std::shared_ptr<const process_run> self,
                                       std::shared_ptr<const run_record> run,
                                       process_state state)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      supervisor_(std::move(supervisor)), index_(index), self_(std::move(self)),
      run_(std::move(run)), state_(std::move(state)),
      running_(state_.plan().steps.size()) {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    env_.log_defect(fmt::format(R"(process "{}")", self_->id()), thrown);
    return caf::exit_reason::unhandled_exception;
  });
}

/// The supervisor is told, also if this actor died of a defect.
void process_actor_impl::on_exit() {
  if (!left_) {
    request_stop();
    anon_send(supervisor_, process_ended{index_, nullptr});
  }
  supervisor_ = nullptr; // which refers to this actor
}

process_actor_impl::behavior_type process_actor_impl::make_behavior() {
  auto now = env_.now();
  state_.apply(process_started{now});
  if (auto timeout = state_.plan().timeout; timeout >= duration::zero())
    add_timer({later(now, timeout), timer::kind::process_timeout, 0, 0});
  if (state_.is_preparing())
    prepare();
  advance();
  // CAF tries them in this order, so what comes most often is first.
  return {
    [this](const attempt_ended& x) { on_attempt_ended(x); },
    [this](const process_prepared& x) { on_prepared(x); },
    [this](const step_concluded& x) { on_step_concluded(x); },
    [this](const process_concluded& x) { on_concluded(x); },
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
  if (!state_.is_current(x.step, x.attempt)) {
    // It timed out before, but perhaps while its callbacks already ran.
    if (x.concluded && x.breakpoint)
      on_step_concluded(
        {x.step, status::callback_failed, x.error, x.breakpoint});
    else if (x.concluded)
      on_step_concluded({x.step, {}, {}, std::nullopt});
    return;
  }
  running_[x.step] = nullptr;
  if (closing_ && x.outcome.is_abnormal()) {
    interrupted_.insert(
      x.step); // by us, so that it is no failure of the step's own
  } else if (x.retry_after && !closing_) {
    auto due = later(x.end, *x.retry_after);
    state_.apply(
      attempt_failed{x.step, x.attempt, x.error, x.end, due, x.output});
    if (*x.retry_after > duration::zero())
      add_timer({due, timer::kind::retry, x.step, x.attempt});
    else
      state_.apply(retry_due{x.step, x.attempt});
  } else {
    state_.apply(step_finished{x.step, x.attempt, x.outcome, x.error, x.start,
                               x.end, x.output, x.breakpoint});
  }
  advance();
}

void process_actor_impl::on_prepared(const process_prepared& x) {
  state_.apply(x);
  advance();
}

void process_actor_impl::on_step_concluded(const step_concluded& x) {
  concluding_.erase(x.step);
  state_.apply(x);
  advance();
}

void process_actor_impl::on_concluded(const process_concluded& x) {
  state_.apply(x);
  conclusion_ = conclusion::done;
  advance();
}

void apply_control(process_state& state, control_action x, time_point now) {
  switch (x) {
  case control_action::pause:
    return state.apply(process_paused{});
  case control_action::resume:
    return state.apply(process_resumed{});
  case control_action::stop:
    return state.apply(process_stopped{now});
  }
}

void process_actor_impl::on_control(const control& x) {
  apply_control(state_, x.action, env_.now());
  if (x.action == control_action::stop)
    request_stop();
  if (self_->resources != nullptr && conclusion_ == conclusion::not_begun)
    self_->resources->set_status(state_.own_status());
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
  if (!closing_)
    conclude_steps();
  if (!waits_for_steps() && conclusion_ == conclusion::not_begun)
    conclude();
  if (conclusion_ == conclusion::done)
    leave();
  else
    set_wake();
}

/// Whether it goes on when steps end; when closing, when running ones return.
bool process_actor_impl::waits_for_steps() const {
  if (!closing_)
    return !state_.steps_ended();
  auto still_running = [this](step_index x) {
    return state_.step(x).phase == step_phase::running;
  };
  auto interrupted
    = std::count_if(interrupted_.begin(), interrupted_.end(), still_running);
  return state_.running() > static_cast<std::size_t>(interrupted);
}

void process_actor_impl::start_step(step_index step) {
  auto number = state_.step(step).attempt + 1;
  auto now = env_.now();
  state_.apply(step_started{step, number, now});
  auto timeout = state_.plan().steps[step].timeout;
  if (timeout >= duration::zero() && number == 1)
    add_timer({later(now, timeout), timer::kind::step_timeout, step, number});
  auto shared = std::make_shared<attempt_control>();
  running_[step] = shared;
  auto first_start
    = number > 1 ? std::optional{state_.step(step).start} : std::nullopt;
  spawn<step_actor_impl, caf::hidden>(
    env_, process_actor{this},
    attempt{self_, step_view{state_.shared_context(), step}, number,
            first_start, state_.carried_over(step), std::move(shared)});
}

// -- callbacks, hooks and resources -------------------------------------------

process_report process_actor_impl::report_now() const {
  auto record = std::make_shared<run_record>(*run_);
  record->processes[index_]
    = std::make_shared<const process_state>(state_.snapshot());
  return {std::move(record), index_};
}

/// Has code of the user run that gives a message for this actor.
template <class Work>
void process_actor_impl::start_job(Work work) {
  spawn<user_job, caf::hidden>(env_.pool, process_actor{this}, std::move(work));
}

void process_actor_impl::prepare() {
  start_job([&env = env_, look = process_look{self_, report_now()}] {
    return run_before(env, look);
  });
}

/// Sees to what runs after steps that did not come to their end by themselves.
void process_actor_impl::conclude_steps() {
  std::vector<step_index> fresh;
  for (auto x : state_.concluding())
    if (concluding_.insert(x).second)
      fresh.push_back(x);
  for (auto x : fresh)
    conclude_step(x);
}

void process_actor_impl::conclude_step(step_index step) {
  auto& plan = state_.plan().steps[step];
  if (plan.timeout >= duration::zero())
    add_timer({later(env_.now(), plan.timeout), timer::kind::step_conclusion,
               step, state_.step(step).attempt});
  auto& control = running_[step];
  auto has_callbacks = control == nullptr || control->conclusion.take();
  if (!has_callbacks && !control->record.take())
    return; // its step actor has done it all, and will tell
  control = nullptr;
  step_look look{self_, step_view{state_.shared_context(), step},
                 state_.step(step), state_.carried_over(step),
                 state_.error_of(step, self_->step_id(plan.name))};
  start_job([&env = env_, look = std::move(look), has_callbacks] {
    return run_after(env, look, has_callbacks);
  });
}

void process_actor_impl::give_up_conclusion_of(step_index step) {
  if (!state_.concluding().contains(step))
    return;
  auto& plan = state_.plan().steps[step];
  auto late = fmt::format("its callbacks did not end within {}",
                          describe(plan.timeout));
  state_.apply(
    step_concluded{step, status::callback_failed, late, std::nullopt});
  report_late(late, plan.name);
}

/// Sees to what runs after the last step, if there is anything.
void process_actor_impl::conclude() {
  auto complete = state_.steps_ended() && !state_.has_ended();
  if (!complete
      && (self_->resources == nullptr || self_->resources->close_if_empty())) {
    conclusion_ = conclusion::done;
    return;
  }
  conclusion_ = conclusion::under_way;
  if (auto timeout = state_.plan().timeout; timeout >= duration::zero())
    add_timer(
      {later(env_.now(), timeout), timer::kind::process_conclusion, 0, 0});
  recorded_ = std::make_shared<claim>();
  auto outcome = state_.steps_ended() ? state_.outcome() : state_.own_status();
  process_look look{self_, report_now(), outcome,
                    state_.own_error(self_->id())};
  start_job(
    [&env = env_, look = std::move(look), complete, recorded = recorded_] {
      return run_after(env, look, complete, *recorded);
    });
}

/// Ends the process although what runs after it has not returned.
void process_actor_impl::give_up_conclusion() {
  if (conclusion_ != conclusion::under_way)
    return;
  conclusion_ = conclusion::done;
  auto late = fmt::format("what runs after it did not end within {}",
                          describe(state_.plan().timeout));
  state_.apply(process_concluded{env_.now(), status::callback_failed, late,
                                 std::nullopt, nullptr});
  report_late(late, {});
  if (!recorded_->take())
    return;
  auto report = report_now();
  process_look look{self_, report, report.state(), report.error()};
  start_job(
    [&env = env_, look = std::move(look)] { return record_end(env, look); });
}

/// Callbacks that are given up are an event, as those that fail are.
void process_actor_impl::report_late(std::string what,
                                     std::string_view step) const {
  if (self_->run->events == nullptr)
    return;
  auto x = self_->make_event(event_stage::callback,
                             problem::of(fail(std::move(what))));
  x.details = {{"moment", "after"}};
  if (!step.empty()) {
    x.layer = layer::step;
    x.step_name = step;
    x.step_id = self_->step_id(step);
  }
  self_->run->events->emit(std::move(x));
}

std::vector<step_index> process_actor_impl::steps_not_begun() const {
  std::vector<step_index> result;
  for (step_index x = 0; x < running_.size(); ++x)
    if (state_.step(x).phase == step_phase::running && running_[x] != nullptr
        && !running_[x]->begun())
      result.push_back(x);
  return result;
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
    state_.apply(process_timed_out{x.time, steps_not_begun()});
    request_stop();
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
    auto deadline = later(control->begun().value_or(env_.now()), plan.timeout);
    if (deadline > x.time && deadline > env_.now())
      return add_timer({deadline, x.what, x.step, x.attempt});
  }
  if (control != nullptr && control->conclusion.is_taken()
      && !std::exchange(control->extended, true))
    return add_timer(
      {later(env_.now(), plan.timeout), x.what, x.step, x.attempt});
  if (control != nullptr)
    control->stop.request_stop();
  state_.apply(step_timed_out{
    x.step, step.attempt,
    fmt::format(R"(step "{}" (id {}, attempt {}) timed out after {})",
                plan.name, self_->step_id(plan.name), step.attempt,
                describe(plan.timeout)),
    env_.now()});
}

} // namespace lightflow
