// SPDX-License-Identifier: MIT
#include "supervisor_actor.hpp"

#include "process_actor.hpp"
#include "user_job.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

supervisor_actor_impl::supervisor_actor_impl(caf::actor_config& cfg,
                                             runtime& env, engine_actor engine,
                                             start_run what)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      engine_(std::move(engine)), channel_(std::move(what.channel)),
      state_(channel_->flow(), std::move(what.input), env.now()),
      self_(std::make_shared<const run_info>(
        run_info{channel_->id(), channel_->flow()->name,
                 channel_->flow()->recoverable, env.events})),
      processes_(channel_->flow()->processes.size()),
      ended_(processes_.size()) {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    env_.log_defect(
      fmt::format(R"(the supervisor of run "{}")", channel_->id()), thrown);
    return caf::exit_reason::unhandled_exception;
  });
}

/// Whoever waits for the run is told, also if this actor died of a defect.
void supervisor_actor_impl::on_exit() {
  if (!left_) {
    for (auto i : live_processes())
      anon_send(processes_[i], close_atom::value);
    anon_send(engine_, run_ended{channel_->id()});
    channel_->close(defect());
  }
  engine_ = nullptr;
  processes_.clear();
}

supervisor_actor_impl::behavior_type supervisor_actor_impl::make_behavior() {
  if (state_.where() == run_state::phase::preparing)
    prepare();
  advance();
  return {
    [this](const control& x) { return on_control(x); },
    [this](look_atom) { return on_look(); },
    [this](const run_prepared& x) { on_prepared(x); },
    [this](const run_concluded& x) { on_concluded(x); },
    [this](const process_ended& x) { on_process_ended(x); },
    [this](wake_atom) { on_wake(); },
    [this](tick_atom) {
      for (auto i : live_processes())
        send(processes_[i], tick_atom::value);
      on_wake();
    },
    [this](close_atom) { on_close(); },
  };
}

// -- messages -----------------------------------------------------------------

void supervisor_actor_impl::on_prepared(const run_prepared& x) {
  state_.apply(x);
  advance();
}

error supervisor_actor_impl::defect() const {
  return {error_code::internal,
          fmt::format(R"(run "{}" did not come to its end because of a defect )"
                      "of the library: see the log",
                      channel_->id())};
}

void supervisor_actor_impl::on_process_ended(const process_ended& x) {
  processes_[x.process] = nullptr;
  ended_[x.process] = x.state;
  --live_;
  if (x.state == nullptr) { // it died
    broken_ = true;
    return on_close();
  }
  if (x.state->has_ended())
    state_.apply(process_done{x.state->own_status(), x.state->end()});
  advance();
}

void supervisor_actor_impl::on_concluded(const run_concluded& x) {
  state_.apply(x);
  advance();
}

void supervisor_actor_impl::apply(control_action x) {
  switch (x) {
  case control_action::pause:
    return state_.apply(run_paused{});
  case control_action::resume:
    return state_.apply(run_resumed{});
  case control_action::stop:
    return state_.apply(run_stopped{});
  }
}

auto supervisor_actor_impl::on_control(const control& x) -> confirmation {
  auto answer = make_response_promise<confirmation>();
  if (!x.process)
    apply(x.action);
  else if (!started_)
    early_.push_back(x);
  auto concerned = x.process ? std::vector{*x.process} : live_processes();
  std::erase_if(concerned, [&](auto i) { return processes_[i] == nullptr; });
  if (concerned.empty()) {
    answer.deliver(!started_ && !closing_);
    return answer;
  }
  auto open = std::make_shared<std::size_t>(concerned.size());
  ++open_answers_;
  auto confirm = [this, answer, open]() mutable {
    if (--*open > 0)
      return;
    answer.deliver(true);
    --open_answers_;
    advance();
  };
  for (auto i : concerned)
    request(processes_[i], caf::infinite, x)
      .then([=](bool) mutable { confirm(); },
            [=](const caf::error&) mutable { confirm(); });
  return answer;
}

auto supervisor_actor_impl::on_look() -> look_answer {
  using state_ptr = std::shared_ptr<const process_state>;
  auto answer = make_response_promise<look_answer>();
  auto record = std::make_shared<run_record>(complete_record());
  auto open = std::make_shared<std::size_t>(live_);
  if (live_ == 0) {
    answer.deliver(std::shared_ptr<const run_record>{record});
    return answer;
  }
  ++open_answers_;
  for (auto i : live_processes()) {
    auto collect = [=, this](state_ptr x) mutable {
      record->processes[i] = x != nullptr ? std::move(x) : ended_[i];
      if (--*open > 0)
        return;
      answer.deliver(std::shared_ptr<const run_record>{record});
      --open_answers_;
      advance();
    };
    // A process that ended meanwhile told so before it bounced the request.
    request(processes_[i], caf::infinite, look_atom::value)
      .then(collect, [=](const caf::error&) mutable { collect(nullptr); });
  }
  return answer;
}

void supervisor_actor_impl::on_close() {
  closing_ = true;
  for (auto i : live_processes())
    send(processes_[i], close_atom::value);
  advance();
}

// -- progress -----------------------------------------------------------------

/// Does all that can be done now. Called after each change of the state. An
/// actor that leaves does not answer any more, so all answers come first.
void supervisor_actor_impl::advance() {
  if (state_.where() == run_state::phase::running && !started_ && !closing_)
    start_processes();
  if (state_.where() == run_state::phase::concluding && !concluding_)
    conclude();
  auto finished = state_.has_ended() || (closing_ && live_ == 0);
  if (finished && open_answers_ == 0 && !left_)
    leave();
}

void supervisor_actor_impl::start_processes() {
  started_ = true;
  for (std::size_t i = 0; i < processes_.size(); ++i)
    start_process(i);
}

void supervisor_actor_impl::start_process(std::size_t index) {
  auto& flow = *channel_->flow();
  auto& plan = flow.processes[index];
  process_state state{plan, state_.context()};
  if (state_.is_barred()) {
    state.apply(process_cancelled{env_.now()});
    ended_[index] = std::make_shared<const process_state>(std::move(state));
    state_.apply(process_done{ended_[index]->own_status(), state_.end()});
    return;
  }
  if (state_.is_paused())
    apply_control(state, control_action::pause, env_.now());
  if (state_.is_stopped())
    apply_control(state, control_action::stop, env_.now());
  for (auto& x : early_)
    if (x.process == index)
      apply_control(state, x.action, env_.now());
  auto resources = flow.resources != nullptr
                     ? std::make_unique<resource_set>(flow.resources)
                     : nullptr;
  auto self = std::make_shared<const process_run>(self_, plan->name,
                                                  std::move(resources));
  auto is_looked_at = plan->has_preparation() || plan->has_conclusion()
                      || self->resources != nullptr;
  processes_[index] = spawn<process_actor_impl, caf::hidden>(
    env_, supervisor_actor{this}, index, std::move(self),
    is_looked_at ? std::make_shared<const run_record>(record_now()) : nullptr,
    std::move(state));
  ++live_;
}

std::vector<std::size_t> supervisor_actor_impl::live_processes() const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < processes_.size(); ++i)
    if (processes_[i] != nullptr)
      result.push_back(i);
  return result;
}

void supervisor_actor_impl::leave() {
  left_ = true;
  send(engine_, run_ended{channel_->id()});
  if (state_.has_ended())
    channel_->finish(
      run_report{std::make_shared<const run_record>(record_now())});
  else
    channel_->close(broken_ ? defect() : engine_was_destroyed(channel_->id()));
  quit();
}

run_record supervisor_actor_impl::record_now() const {
  run_record result;
  result.id = channel_->id();
  result.flow = channel_->flow();
  result.input = state_.context();
  result.own = state_.own_status();
  if (auto& error = state_.own_error(); !error.empty())
    result.error = fmt::format(R"(run "{}" of flow "{}": {})", result.id,
                               result.flow->name, error);
  result.start = state_.start();
  result.end = state_.end();
  result.processes = ended_;
  return result;
}

/// With processes that have not been started as they will be then.
run_record supervisor_actor_impl::complete_record() const {
  auto result = record_now();
  for (std::size_t i = 0; i < processes_.size(); ++i)
    if (result.processes[i] == nullptr && processes_[i] == nullptr)
      result.processes[i] = std::make_shared<const process_state>(
        channel_->flow()->processes[i], state_.context());
  return result;
}

// -- callbacks and hooks ------------------------------------------------------

/// Has code of the user run that gives a message for this actor.
template <class Work>
void supervisor_actor_impl::start_job(Work work) {
  spawn<user_job, caf::hidden>(env_.pool, supervisor_actor{this},
                               std::move(work));
}

flow_look supervisor_actor_impl::look_now() const {
  return {self_, channel_->flow(),
          run_report{std::make_shared<const run_record>(complete_record())}};
}

void supervisor_actor_impl::prepare() {
  expect_end_of_callbacks();
  start_job([&env = env_, look = look_now()] { return run_before(env, look); });
}

void supervisor_actor_impl::conclude() {
  concluding_ = true;
  recorded_ = std::make_shared<claim>();
  expect_end_of_callbacks();
  auto look = look_now();
  look.state = state_.outcome();
  start_job(
    [&env = env_, look = std::move(look), barred = state_.is_barred(),
     recorded = recorded_] { return run_after(env, look, barred, *recorded); });
}

/// Has this actor woken when the time for callbacks is over, if that comes
/// before the next tick.
void supervisor_actor_impl::expect_end_of_callbacks() {
  auto timeout = channel_->flow()->callback_timeout;
  if (timeout < duration::zero())
    return;
  deadline_ = later(env_.now(), timeout);
  if (timeout <= tick_interval)
    delayed_send(this, timeout, wake_atom::value);
}

void supervisor_actor_impl::on_wake() {
  if (!deadline_ || left_)
    return;
  auto now = env_.now();
  if (*deadline_ > now) {
    if (*deadline_ - now <= tick_interval)
      delayed_send(this, *deadline_ - now, wake_atom::value);
    return;
  }
  deadline_.reset();
  give_up_callbacks();
  advance();
}

/// Goes on although what runs before or after the processes has not returned.
void supervisor_actor_impl::give_up_callbacks() {
  auto where = state_.where();
  if (where == run_state::phase::running || state_.has_ended())
    return;
  auto late = fmt::format("its callbacks did not end within {}",
                          describe(channel_->flow()->callback_timeout));
  auto is_preparing = where == run_state::phase::preparing;
  auto what = self_->make_event(event_stage::callback, problem::of(fail(late)));
  what.details = {{"moment", is_preparing ? "before" : "after"}};
  env_.events->emit(std::move(what));
  if (is_preparing) {
    state_.apply(run_prepared{env_.now(), status::callback_failed, late,
                              std::nullopt, nullptr});
    return;
  }
  state_.apply(run_concluded{env_.now(), status::callback_failed, late,
                             std::nullopt, nullptr});
  if (recorded_->take())
    start_job(
      [&env = env_, look = look_now()] { return record_end(env, look); });
}

} // namespace lightflow
