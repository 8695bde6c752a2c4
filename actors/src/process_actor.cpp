// SPDX-License-Identifier: MIT
#include "process_actor.hpp"

#include "delegated_step_actor.hpp"
#include "journal_access.hpp"
#include "step_actor.hpp"
#include "unit_jobs.hpp"
#include "user_job.hpp"

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

process_actor_impl::process_actor_impl(caf::actor_config& cfg, runtime& env,
                                       supervisor_actor supervisor,
                                       std::size_t index,
                                       std::shared_ptr<const process_run> self,
                                       std::shared_ptr<run_log> log,
                                       std::shared_ptr<const run_record> run,
                                       process_state state)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      supervisor_(std::move(supervisor)), index_(index), self_(std::move(self)),
      run_(std::move(run)), state_(std::move(state)), entries_(std::move(log)),
      running_(state_.plan().steps.size()), timed_(state_.plan().steps.size()),
      told_(state_.plan().steps.size()) {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    env_.log_defect(fmt::format(R"(process "{}")", self_->id()), thrown);
    return caf::exit_reason::unhandled_exception;
  });
}

/// The supervisor is told, also if this actor died of a defect.
void process_actor_impl::on_exit() {
  if (!left_) {
    abandon_steps();
    anon_send(supervisor_, process_ended{index_, nullptr});
  }
  supervisor_ = nullptr; // which refers to this actor
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
    [this](tick_atom) { set_wake(); },
    [this](close_atom) { on_close(); },
  };
}

void process_actor_impl::begin() {
  auto now = env_.now();
  if (auto timeout = state_.plan().timeout; timeout >= duration::zero())
    add_timer({later(now, timeout), timer::kind::process_timeout, 0, 0});
  resume_timers();
  if (state_.is_preparing())
    prepare();
  advance();
}

/// Steps that waited for another attempt before a recovery go on waiting, and
/// get the time anew that they have.
void process_actor_impl::resume_timers() {
  auto now = env_.now();
  for (step_index x = 0; x < running_.size(); ++x) {
    auto& step = state_.step(x);
    told_[x] = step.phase == step_phase::ended; // before a recovery
    if (step.phase != step_phase::backing_off)
      continue;
    add_timer({state_.retry_at(x), timer::kind::retry, x, step.attempt});
    auto timeout = state_.plan().steps[x].timeout;
    if (timeout >= duration::zero())
      add_timer({later(now, timeout), timer::kind::step_timeout, x, 0});
    timed_[x] = true;
  }
}

// -- the journal --------------------------------------------------------------

const journal_writer& process_actor_impl::writer() const {
  static const journal_writer none;
  return env_.journal != nullptr ? env_.journal->writer : none;
}

std::string process_actor_impl::encode(process_event x) const {
  return env_.journal->source.codec.encode(
    self_->run->id,
    process_record{static_cast<std::uint32_t>(index_), std::move(x)});
}

/// Lets something happen to the process. If its run is journalled, it happens
/// once it is written: so the state is always what the journal has, and nothing
/// can come of what would be lost. The end of an attempt concerns its step
/// alone; until anything else is written, all that could depend on it is put
/// off.
template <class Event>
void process_actor_impl::happened(Event x, std::function<void(bool)> then) {
  auto apply
    = [this, then = std::move(then)](const Event& event, bool written) {
        if (written) {
          state_.apply(event);
          take_effect(event);
        }
        if (then)
          then(written);
      };
  if (!entries_.is_open())
    return apply(x, true);
  constexpr auto is_of_attempt
    = std::is_same_v<
        Event,
        step_finished> || std::is_same_v<Event, attempt_failed> || std::is_same_v<Event, attempt_lost>;
  auto record = encode(x);
  entries_.append(std::move(record), !is_of_attempt,
                  [apply = std::move(apply), x = std::move(x)](bool written) {
                    apply(x, written);
                  });
}

/// Lets something happen that is as good as undone if it is lost.
template <class Event>
void process_actor_impl::happened_at_once(Event x) {
  state_.apply(x);
  if (entries_.is_open())
    entries_.note(encode(std::move(x)));
}

/// What follows here from what happened.
template <class Event>
void process_actor_impl::take_effect(const Event&) {}

/// A control.
void process_actor_impl::take_effect(const process_event&) {
  if (self_->resources != nullptr && conclusion_ == conclusion::not_begun)
    self_->resources->set_status(state_.own_status());
}

void process_actor_impl::take_effect(const attempt_failed& x) {
  if (x.retry_at > x.time)
    add_timer({x.retry_at, timer::kind::retry, x.step, x.attempt});
  else
    state_.apply(retry_due{x.step, x.attempt});
}

void process_actor_impl::take_effect(const step_finished& x) {
  tell_of(x.step);
}

void process_actor_impl::take_effect(const step_timed_out& x) {
  tell_of(x.step);
}

void process_actor_impl::tell_of(step_index step) {
  if (!env_.notices->is_watched())
    return;
  told_[step] = true;
  env_.notices->step_completed(*self_, state_, step);
}

void process_actor_impl::take_effect(const step_concluded& x) {
  concluding_.erase(x.step);
}

void process_actor_impl::take_effect(const process_concluded&) {
  conclusion_ = conclusion::done;
  if (std::exchange(owes_record_, false))
    start_record();
}

/// Calls it now, or when it no longer depends on what is to be written.
template <class F>
void process_actor_impl::when_settled(F f) {
  if (entries_.blocks())
    deferred_.push_back(std::move(f));
  else
    f();
}

void process_actor_impl::on_appended(const appended& x) {
  entries_.written(x.ticket);
  while (!left_ && !entries_.blocks() && !deferred_.empty()) {
    auto next = std::move(deferred_.front());
    deferred_.erase(deferred_.begin());
    next();
  }
  advance();
}

/// The engine is being destroyed, and what is not written by now is lost. So
/// the steps concerned have not ended: they run again when the run goes on.
void process_actor_impl::on_refused() {
  entries_.give_up();
  for (step_index x = 0; x < running_.size(); ++x)
    if (state_.step(x).phase == step_phase::running
        && !is_open(x, state_.step(x).attempt))
      interrupted_.insert(x);
  if (conclusion_ == conclusion::under_way)
    conclusion_ = conclusion::done;
  closing_ = true;
  for (auto& x : std::exchange(deferred_, {}))
    if (!left_)
      x();
  if (!left_)
    on_close();
}

/// What was attached is known to the journal no later than what came of it.
void process_actor_impl::note_resources() {
  if (self_->resources == nullptr || !entries_.is_open())
    return;
  for (auto& x : self_->resources->take_attached())
    happened_at_once(resource_attached{std::move(x.name), x.parameter});
}

// -- messages -----------------------------------------------------------------

/// Whether it is still to be decided how an attempt ends.
bool process_actor_impl::is_open(step_index step, std::uint32_t attempt) const {
  auto& control = running_[step];
  return state_.is_current(step, attempt) && control != nullptr
         && !control->decided;
}

void process_actor_impl::on_attempt_ended(const attempt_ended& x) {
  if (entries_.blocks())
    return when_settled([this, x] { on_attempt_ended(x); });
  if (!is_open(x.step, x.attempt)) {
    on_late_end(x);
    return advance();
  }
  auto control = std::exchange(running_[x.step], nullptr);
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
    note_resources();
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
  if (state_.steps_ended() && !entries_.is_lost())
    return happened(std::move(x));
  state_.apply(x);
  take_effect(x);
}

process_event make_process_event(control_action x, time_point now) {
  switch (x) {
  case control_action::pause:
    return process_paused{};
  case control_action::resume:
    return process_resumed{};
  default:
    return process_stopped{now};
  }
}

auto process_actor_impl::on_control(const control& x) -> confirmation {
  auto answer = make_response_promise<confirmation>();
  when_settled([this, x, answer]() mutable { apply(x, std::move(answer)); });
  return answer;
}

/// Takes effect, and is confirmed, when it is written, also if it is for the
/// whole run: between which of its steps it came, only this journal entry
/// tells.
void process_actor_impl::apply(const control& x, confirmation answer) {
  if (x.action == control_action::stop)
    request_stop();
  happened(make_process_event(x.action, env_.now()),
           [answer](bool written) mutable { answer.deliver(written); });
  advance();
}

void process_actor_impl::on_close() {
  closing_ = true;
  abandon_steps();
  advance();
}

// -- progress -----------------------------------------------------------------

/// Does all that can be done now. Called after each change of the state.
void process_actor_impl::advance() {
  if (left_)
    return;
  if (!entries_.blocks())
    start_what_is_due();
  entries_.flush(*this, writer());
  if (conclusion_ == conclusion::done && entries_.is_settled())
    return leave();
  set_wake();
  assert(will_wake());
}

/// Whether something is under way, or set, that will bring a message.
bool process_actor_impl::will_wake() const {
  if (!entries_.is_settled() || conclusion_ == conclusion::under_way)
    return true;
  switch (state_.wakes_by()) {
  case wake_source::running_step:
    return closing_ || state_.running() > 0;
  case wake_source::ready_step: // would have been started
    return state_.running() > 0;
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
  auto held = [this] { return state_.running() - state_.running_delegated(); };
  while (!closing_ && held() < env_.window) {
    auto step = state_.next_step();
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
    return !state_.steps_ended();
  auto still_running = [this](step_index x) {
    return state_.step(x).phase == step_phase::running;
  };
  auto interrupted
    = std::count_if(interrupted_.begin(), interrupted_.end(), still_running);
  return state_.running() > static_cast<std::size_t>(interrupted);
}

void process_actor_impl::start_step(step_index step) {
  auto& self = state_.step(step);
  auto number = self.attempt + 1;
  auto now = env_.now();
  happened_at_once(step_started{step, number, now});
  auto shared = std::make_shared<attempt_control>();
  running_[step] = shared;
  auto timeout = state_.plan().steps[step].timeout;
  if (timeout >= duration::zero() && !timed_[step]) {
    add_timer({later(now, timeout), timer::kind::step_timeout, step, number});
    timed_[step] = shared->is_timed = true;
  }
  auto first_start = number > 1 ? std::optional{self.start} : std::nullopt;
  attempt what{self_,
               step_view{state_.shared_context(), step},
               number,
               self.uncounted_attempts,
               state_.losses(step),
               self.entry,
               entry_callback(step),
               self.flags.has(status::recovering),
               first_start,
               state_.carried_over(step),
               std::move(shared)};
  if (what.view.plan().delegated != nullptr)
    spawn_delegated(*this, env_, process_actor{this}, std::move(what));
  else
    spawn<step_actor_impl, caf::hidden>(env_, process_actor{this},
                                        std::move(what));
}

/// The callback that a step goes on with.
std::optional<callback_position>
process_actor_impl::entry_callback(step_index step) const {
  auto breakpoint = state_.breakpoint(step);
  auto entry = state_.step(step).entry;
  auto is_one = entry == step_entry::callback_before
                || entry == step_entry::callback_after;
  return breakpoint && is_one ? std::optional{breakpoint->at} : std::nullopt;
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
  start_job(
    [&env = env_, look = process_look{self_, report_now()},
     what = state_.to_prepare()] { return run_before(env, look, what); });
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
  report_late(late, plan.name);
  happened(step_concluded{step, status::callback_failed, late, std::nullopt});
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
  process_conclusion what{state_.steps_ended(), complete};
  start_job([&env = env_, look = std::move(look), what, recorded = recorded_] {
    return run_after(env, look, what, *recorded);
  });
}

/// Ends the process although what runs after it has not returned.
void process_actor_impl::give_up_conclusion() {
  if (conclusion_ != conclusion::under_way)
    return;
  auto late = fmt::format("what runs after it did not end within {}",
                          describe(state_.plan().timeout));
  report_late(late, {});
  owes_record_ = recorded_->take();
  end_conclusion(
    {env_.now(), status::callback_failed, late, std::nullopt, nullptr});
}

/// Tells the record hook alone that the process has ended.
void process_actor_impl::start_record() {
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

std::shared_ptr<const process_state> process_actor_impl::look() const {
  auto result = std::make_shared<process_state>(state_.snapshot());
  auto waits = [](auto& x) { return x != nullptr && x->waits_for_worker(); };
  auto waiting = std::count_if(running_.begin(), running_.end(), waits);
  result->note_waiting_for_worker(static_cast<std::size_t>(waiting));
  return result;
}

std::vector<step_index> process_actor_impl::steps_not_begun() const {
  std::vector<step_index> result;
  for (step_index x = 0; x < running_.size(); ++x)
    if (state_.step(x).phase == step_phase::running && running_[x] != nullptr
        && !running_[x]->begun())
      result.push_back(x);
  return result;
}

std::vector<step_index> process_actor_impl::steps_in_function() const {
  std::vector<step_index> result;
  for (step_index x = 0; x < running_.size(); ++x)
    if (state_.step(x).phase == step_phase::running && running_[x] != nullptr
        && running_[x]->entered_function())
      result.push_back(x);
  return result;
}

void process_actor_impl::request_stop() {
  for (auto& x : running_)
    if (x != nullptr)
      x->stop.request_stop();
}

void process_actor_impl::abandon_steps() {
  for (auto& x : running_)
    if (x != nullptr)
      x->abandon();
}

void process_actor_impl::leave() {
  left_ = true;
  abandon_steps(); // of steps that ended while their functions still run
  if (state_.has_ended() && env_.notices->is_watched())
    env_.notices->process_completed(*self_, state_, told_);
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
  if (entries_.blocks())
    return when_settled([this] { on_wake(); });
  auto now = env_.now();
  while (!timers_.empty() && timers_.top().time <= now && !entries_.blocks()) {
    auto next = timers_.top();
    timers_.pop();
    expire(next);
  }
  advance();
}

void process_actor_impl::expire(const timer& x) {
  switch (x.what) {
  case timer::kind::process_timeout:
    abandon_steps();
    happened(process_timed_out{x.time, steps_not_begun(), steps_in_function()});
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
  if (step.phase == step_phase::ended
      || (step.phase == step_phase::running && !is_open(x.step, step.attempt)))
    return;
  auto& plan = state_.plan().steps[x.step];
  auto& control = running_[x.step];
  if (control != nullptr && control->is_timed) {
    auto deadline = later(control->begun().value_or(env_.now()), plan.timeout);
    if (deadline > x.time && deadline > env_.now())
      return add_timer({deadline, x.what, x.step, x.attempt});
  }
  if (control != nullptr && control->conclusion.is_taken()
      && !std::exchange(control->extended, true))
    return add_timer(
      {later(env_.now(), plan.timeout), x.what, x.step, x.attempt});
  if (control != nullptr) {
    control->abandon();
    control->decided = true;
  }
  happened(step_timed_out{
    x.step, step.attempt,
    fmt::format(R"(step "{}" (id {}, attempt {}) timed out after {})",
                plan.name, self_->step_id(plan.name), step.attempt,
                describe(plan.timeout)),
    env_.now(), control != nullptr && control->entered_function()});
}

} // namespace lightflow
