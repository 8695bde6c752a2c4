// SPDX-License-Identifier: MIT
#include "process_actor.hpp"

#include "delegated_step_actor.hpp"
#include "step_actor.hpp"
#include "stop_job.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

process_actor_impl::process_actor_impl(caf::actor_config& cfg, runtime& env,
                                       supervisor_actor supervisor,
                                       std::size_t index,
                                       std::shared_ptr<const process_run> self,
                                       std::shared_ptr<journal_position> place,
                                       std::shared_ptr<const run_snapshot> run,
                                       std::shared_ptr<process_state> state)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      supervisor_(std::move(supervisor)), index_(index), self_(std::move(self)),
      run_(std::move(run)), state_(std::move(state)),
      entries_(std::move(place)), attempts_(state_->plan().steps.size()),
      timed_(state_->plan().steps.size()), told_(state_->plan().steps.size()) {
  env_.log_defects_of(
    *this, [this] { return fmt::format(R"(process "{}")", self_->id()); });
}

/// The supervisor is told, also if this actor died of a defect, and so is
/// whoever waits for an answer.
void process_actor_impl::on_exit() {
  if (!left_) {
    abandon_all();
    anon_send(supervisor_, process_ended{index_, nullptr});
  }
  deferred_.clear();
  entries_ = journal_entries{};
  supervisor_ = nullptr; // which refers to this actor
  // CAF's clock may keep this actor until its next timer.
  self_ = nullptr;
  run_ = nullptr;
  state_ = nullptr;
  attempts_ = attempt_table{0};
}

process_actor_impl::behavior_type process_actor_impl::make_behavior() {
  begin();
  // CAF tries them in this order, so what comes most often is first.
  return {
    [this](const attempt_ended& x) { on_attempt_ended(x); },
    [this](const appended& x) { on_appended(x); },
    [this](const process_prepared& x) { on_prepared(x); },
    [this](const step_concluded& x) { on_step_concluded(x); },
    [this](const process_concluded& x) { on_concluded(x); },
    [this](const append_refused&) { on_refused(); },
    [this](const control& x) { return on_control(x); },
    [this](look_atom) { return look(); },
    [this](wake_atom) { on_wake(); },
    [this](tick_atom) {
      timers_.ticked();
      set_wake();
    },
    [this](close_atom) { on_close(); },
  };
}

void process_actor_impl::begin() {
  auto now = env_.now();
  tell_resources();
  if (auto timeout = state_->plan().timeout; timeout >= duration::zero())
    timers_.add({later(now, timeout), timer::kind::process_timeout});
  resume_timers();
  if (state_->is_preparing())
    prepare();
  advance();
}

/// Steps that waited for another attempt before a recovery go on waiting, and
/// get the time anew that they have.
void process_actor_impl::resume_timers() {
  auto now = env_.now();
  for (step_index x = 0; x < state_->plan().steps.size(); ++x) {
    auto& step = state_->step(x);
    if (step.phase == step_phase::ended) // before a recovery
      told_.insert(x);
    if (step.phase != step_phase::backing_off)
      continue;
    timers_.add({state_->retry_at(x), timer::kind::retry, x, step.attempt});
    auto timeout = state_->plan().steps[x].timeout;
    if (timeout >= duration::zero())
      timers_.add({later(now, timeout), timer::kind::step_timeout, x, 0});
    timed_.insert(x);
  }
}

// -- messages -----------------------------------------------------------------

/// Whether it is still to be decided how an attempt ends.
bool process_actor_impl::is_open(step_index step, std::uint32_t attempt) const {
  auto control = attempts_.find(step);
  return state_->is_current(step, attempt) && control != nullptr
         && !control->decided;
}

void process_actor_impl::on_attempt_ended(const attempt_ended& x) {
  if (entries_.blocks())
    return when_settled([this, x] { on_attempt_ended(x); });
  if (!is_open(x.step, x.attempt)) {
    on_late_end(x);
    return advance();
  }
  auto control = attempts_.remove(x.step);
  note_resources();
  if (closing_ && (x.outcome.is_abnormal() || entries_.is_lost())) {
    interrupted_.insert(
      x.step); // by us, so that it is no failure of the step's own
  } else if (x.retry_after && !closing_) {
    happened(attempt_failed{x.step, x.attempt, x.error, x.end,
                            later(x.end, *x.retry_after), x.output});
  } else if (x.lost) {
    happened(attempt_lost{x.step, x.attempt, x.error, x.end, x.output});
  } else {
    auto in_function
      = x.outcome.has(status::stopped) && control->entered_function();
    happened(step_finished{x.step, x.attempt, x.outcome, x.error, x.start,
                           x.end, x.output, x.breakpoint, in_function});
  }
  advance();
}

/// The step timed out before, but perhaps while its callbacks already ran.
void process_actor_impl::on_late_end(const attempt_ended& x) {
  if (!x.concluded)
    return;
  concluding_.insert(x.step);
  if (x.breakpoint)
    happened(
      step_concluded{x.step, status::callback_failed, x.error, x.breakpoint});
  else
    happened(step_concluded{x.step, {}, {}, std::nullopt});
}

void process_actor_impl::on_prepared(const process_prepared& x) {
  when_settled([this, x] {
    happened(x);
    advance();
  });
}

void process_actor_impl::on_step_concluded(const step_concluded& x) {
  when_settled([this, x] {
    happened(x);
    advance();
  });
}

void process_actor_impl::on_concluded(const process_concluded& x) {
  when_settled([this, x] {
    end_conclusion(x);
    advance();
  });
}

/// One that did not come to its end is concluded without the journal: the steps
/// that are left run when the run goes on.
void process_actor_impl::end_conclusion(process_concluded x) {
  if (conclusion_ == conclusion::done)
    return;
  if (state_->steps_ended() && !entries_.is_lost())
    return happened(std::move(x));
  state_->apply(x);
  take_effect(x);
}

process_event make_process_event(control_action x, time_point now) {
  switch (x) {
  case control_action::pause:
    return process_paused{};
  case control_action::resume:
    return process_resumed{};
  case control_action::stop:
    break;
  }
  return process_stopped{now};
}

caf::delegated<bool> process_actor_impl::on_control(const control& x) {
  owed<bool> answer{*this, false};
  when_settled([this, x, answer] { apply(x, answer); });
  return answer.given_later();
}

/// Takes effect, and is confirmed, when it is written, also if it is for the
/// whole run: between which of its steps it came, only this journal entry
/// tells. Once all steps have ended there is nothing to stop but the run.
void process_actor_impl::apply(const control& x, const owed<bool>& answer) {
  if (x.process && x.action == control_action::stop && state_->steps_ended()) {
    answer.deliver(false);
    return advance();
  }
  if (x.action == control_action::stop)
    attempts_.for_each([this](auto step) { ask_to_stop(step); });
  happened(make_process_event(x.action, env_.now()),
           [answer](bool written) { answer.deliver(written); });
  advance();
}

void process_actor_impl::on_close() {
  closing_ = true;
  abandon_all();
  advance();
}

// -- asking steps to stop -----------------------------------------------------

void process_actor_impl::ask_to_stop(step_index step) {
  if (attempts_.find(step)->stop.announce())
    spawn<stop_job, caf::hidden>(env_, attempts_.stop_of(step));
}

/// What it does then does not count.
void process_actor_impl::abandon(step_index step) {
  attempts_.find(step)->abandon();
  ask_to_stop(step);
}

void process_actor_impl::abandon_all() {
  attempts_.for_each([this](auto step) { abandon(step); });
}

// -- progress -----------------------------------------------------------------

/// Does all that can be done now. Called after each change of the state.
void process_actor_impl::advance() {
  if (left_)
    return;
  if (!entries_.blocks())
    start_what_is_due();
  entries_.flush(*this, env_);
  if (conclusion_ == conclusion::done && entries_.is_settled())
    return leave();
  set_wake();
  assert(will_wake());
}

/// Whether something is under way, or set, that will bring a message.
bool process_actor_impl::will_wake() const {
  if (!entries_.is_settled() || conclusion_ == conclusion::under_way)
    return true;
  switch (state_->wakes_by()) {
  case wake_source::running_step:
    return closing_ || state_->running() > 0;
  case wake_source::ready_step: // would have been started
    return state_->running() > 0;
  case wake_source::retry:
    return !timers_.empty();
  case wake_source::conclusion:
    return !concluding_.empty();
  case wake_source::preparation: // by a job, or when that takes too long
  case wake_source::resume:
    return true;
  default:
    return false;
  }
}

void process_actor_impl::start_what_is_due() {
  auto held
    = [this] { return state_->running() - state_->running_delegated(); };
  while (!closing_ && held() < env_.window) {
    auto step = state_->next_step();
    if (!step)
      break;
    start_step(*step);
  }
  if (!closing_)
    conclude_steps();
  if (!waits_for_steps() && conclusion_ == conclusion::not_begun)
    conclude();
}

/// Whether it goes on when steps end; when closing, when running ones return.
bool process_actor_impl::waits_for_steps() const {
  if (!closing_)
    return !state_->steps_ended();
  auto interrupted
    = std::count_if(interrupted_.begin(), interrupted_.end(),
                    [this](step_index x) { return is_running(x); });
  return state_->running() > static_cast<std::size_t>(interrupted);
}

void process_actor_impl::start_step(step_index step) {
  auto now = env_.now();
  happened_at_once(step_started{step, state_->step(step).attempt + 1, now});
  auto shared = attempts_.add(step);
  shared->is_timed = limit_time(step, now);
  auto what = make_attempt(step, std::move(shared));
  if (what.view.plan().delegated != nullptr)
    spawn_delegated(*this, env_, process_actor{this}, std::move(what));
  else
    spawn<step_actor_impl, caf::hidden>(env_, process_actor{this},
                                        std::move(what));
}

/// Gives whether the time of the step counts from the attempt that starts.
bool process_actor_impl::limit_time(step_index step, time_point start) {
  auto timeout = state_->plan().steps[step].timeout;
  if (timeout < duration::zero() || timed_.contains(step))
    return false;
  timers_.add({later(start, timeout), timer::kind::step_timeout, step,
               state_->step(step).attempt});
  timed_.insert(step);
  return true;
}

attempt process_actor_impl::make_attempt(
  step_index step, std::shared_ptr<attempt_control> shared) const {
  auto& self = state_->step(step);
  auto first_start
    = self.attempt > 1 ? std::optional{self.start} : std::nullopt;
  return {self_,
          step_view{state_->shared_context(), step},
          self.attempt,
          self.uncounted_attempts,
          state_->losses(step),
          self.entry,
          entry_callback(step),
          self.flags.has(status::recovering),
          first_start,
          state_->carried_over(step),
          std::move(shared)};
}

/// The callback that a step goes on with.
std::optional<callback_position>
process_actor_impl::entry_callback(step_index step) const {
  auto breakpoint = state_->breakpoint(step);
  auto entry = state_->step(step).entry;
  auto is_one = entry == step_entry::callback_before
                || entry == step_entry::callback_after;
  return breakpoint && is_one ? std::optional{breakpoint->at} : std::nullopt;
}

std::shared_ptr<const process_state> process_actor_impl::look() const {
  auto result = std::make_shared<process_state>(state_->snapshot());
  auto waiting = attempts_.select(
    [](auto, auto& control) { return control.waits_for_worker(); });
  result->note_waiting_for_worker(waiting.size());
  return result;
}

void process_actor_impl::leave() {
  abandon_all(); // steps that ended while their functions still run
  if (state_->has_ended() && env_.notices->is_watched())
    env_.notices->process_completed(*self_, *state_, told_);
  send(supervisor_, process_ended{index_, state_});
  left_ = true; // the supervisor knows
  quit();
}

} // namespace lightflow
