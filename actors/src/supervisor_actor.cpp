// SPDX-License-Identifier: MIT
#include "supervisor_actor.hpp"

#include "lightflow/core/resource_set.hpp"

#include "journal_access.hpp"
#include "process_actor.hpp"
#include "run_errors.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

supervisor_actor_impl::supervisor_actor_impl(caf::actor_config& cfg,
                                             runtime& env, engine_actor engine,
                                             supervised_run what)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      engine_(std::move(engine)), channel_(std::move(what.channel)),
      history_(std::move(what.history)), processes_(plan().processes.size()),
      ended_(processes_.size()) {
  auto& place = what.place;
  self_ = make_info(place.has_value());
  if (place)
    entries_ = journal_entries{std::make_shared<journal_position>(
      journal_position{self_, place->how, place->next_record})};
  reopens_ = place && place->reopens;
  env_.log_defects_of(*this, [this] {
    return fmt::format(R"(the supervisor of run "{}")", channel_->id());
  });
}

std::shared_ptr<const run_info>
supervisor_actor_impl::make_info(bool is_kept) const {
  auto result = std::make_shared<run_info>(
    run_info{channel_->id(), plan().name, is_kept, env_.events});
  if (is_kept) {
    result->value_limit = env_.journal->value_limit;
    if (auto secrets = env_.journal->secrets)
      result->is_secret
        = [secrets](std::string_view key) { return secrets->covers(key); };
  }
  return result;
}

/// Whoever waits for the run or an answer is told, also if this actor died of a
/// defect.
void supervisor_actor_impl::on_exit() {
  if (!left_) {
    for (auto i : live_processes())
      anon_send(processes_[i], close_atom::value);
    anon_send(engine_, run_ended{channel_});
    channel_->close(closed_by_defect(channel_->id()));
    tell_of_defect();
  }
  begin_answers_.clear();
  deferred_.clear();
  entries_ = journal_entries{};
  engine_ = nullptr;
  processes_.clear();
  // CAF's clock may keep this actor until its next timer.
  ended_.clear();
  channel_ = nullptr;
  (void)run_history{std::move(history_)};
}

supervisor_actor_impl::behavior_type supervisor_actor_impl::make_behavior() {
  if (!entries_.is_open())
    begin();
  else if (entries_.place()->next == 0)
    begin_run();
  else
    begin_recovery(reopens_);
  // CAF tries them in this order, so what comes most often is first.
  return {
    [this](const process_ended& x) { on_process_ended(x); },
    [this](begin_atom) { return on_begin(); },
    [this](const appended& x) {
      entries_.written(x.ticket);
      advance();
    },
    [this](const append_refused& x) { on_refused(x); },
    [this](const control& x) { return on_control(x); },
    [this](look_atom) { return on_look(); },
    [this](const run_prepared& x) { happened(x); },
    [this](const run_concluded& x) { happened(x); },
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

/// Whether a defect keeps the run from its end.
bool supervisor_actor_impl::is_broken() const {
  return broken_ || (entries_.is_open() && env_.journal->is_broken);
}

/// By an event, since perhaps nobody waits for the run.
void supervisor_actor_impl::tell_of_defect() const {
  std::string what{closed_by_defect(channel_->id()).what()};
  if (self_->recoverable)
    what += "; it goes on when it is recovered, or when the next engine starts";
  env_.events->emit(self_->make_event(event_stage::recover,
                                      problem::of(fail(std::move(what)))));
}

void supervisor_actor_impl::on_process_ended(const process_ended& x) {
  processes_[x.process] = nullptr;
  ended_[x.process] = x.state;
  --live_;
  if (x.state == nullptr) { // it died
    broken_ = true;
    return on_close();
  }
  if (!x.state->has_ended())
    return closing_ ? advance() : on_close(); // the run cannot go on
  history_.end_process({x.state->own_status(), x.state->end()});
  advance();
}

/// What happened before comes first, also in the journal.
caf::delegated<bool> supervisor_actor_impl::on_control(const control& x) {
  owed<bool> answer{*this, false};
  ++open_answers_;
  deferred_.push_back([this, x, answer] { apply(x, answer); });
  advance();
  return answer.given_later();
}

void supervisor_actor_impl::apply(const control& x, const owed<bool>& answer) {
  auto confirm = [this, answer](bool written) {
    answer.deliver(written);
    --open_answers_;
    advance();
  };
  auto is_over = history_.state().where() > run_state::phase::running
                 || (started_ && live_ == 0);
  auto is_too_late
    = is_over || (x.process && started_ && processes_[*x.process] == nullptr);
  if (is_too_late || closing_)
    confirm(false);
  else if (x.process)
    control_process(x, std::move(confirm));
  else
    control_run(x.action, std::move(confirm));
}

namespace {

run_event make_event(control_action x, time_point now) {
  switch (x) {
  case control_action::pause:
    return run_paused{};
  case control_action::resume:
    return run_resumed{};
  case control_action::stop:
    break;
  }
  return run_stopped{now};
}

} // namespace

/// Is confirmed once it is written, and all processes have taken it in and
/// written that: only they can tell between which steps it came.
void supervisor_actor_impl::control_run(control_action x,
                                        std::function<void(bool)> then) {
  auto event = make_event(x, env_.now());
  auto concerned = live_processes();
  auto open = std::make_shared<std::size_t>(concerned.size() + 1);
  auto is_written = std::make_shared<bool>(true);
  auto confirm = [open, is_written, then = std::move(then)](bool written) {
    *is_written = *is_written && written;
    if (--*open == 0)
      then(*is_written);
  };
  append(event, [this, event, confirm](bool written) {
    if (written)
      history_.apply(event);
    confirm(written);
  });
  entries_.flush(*this, env_);
  for (auto i : concerned)
    request(processes_[i], caf::infinite, control{x, std::nullopt})
      .then([=](bool written) { confirm(written); },
            [=](const caf::error&) { confirm(true); });
}

/// A process that is under way sees to the journal itself.
void supervisor_actor_impl::control_process(const control& x,
                                            std::function<void(bool)> then) {
  auto index = *x.process;
  if (processes_[index] != nullptr) {
    request(processes_[index], caf::infinite, x)
      .then([=](bool written) { then(written); },
            [=](const caf::error&) { then(false); }); // it has just ended
    return;
  }
  auto event = make_process_event(x.action, env_.now());
  append(process_record{static_cast<std::uint32_t>(index), event},
         [this, index, event, then = std::move(then)](bool written) {
           if (written)
             history_.apply(index, event);
           then(written);
         });
}

/// Answers with null for a run that a defect ends: nothing is known of the
/// process that died, and the end is about to come.
auto supervisor_actor_impl::on_look() -> caf::delegated<snapshot_ptr> {
  using state_ptr = std::shared_ptr<const process_state>;
  owed<snapshot_ptr> answer{*this, nullptr};
  if (broken_)
    return answer.given_later();
  auto snapshot = std::make_shared<run_snapshot>(complete_snapshot());
  auto open = std::make_shared<std::size_t>(live_);
  if (live_ == 0) {
    hand_over(snapshot.get());
    answer.deliver(snapshot);
    return answer.given_later();
  }
  ++open_answers_;
  for (auto i : live_processes()) {
    auto collect = [=, this](state_ptr x) mutable {
      snapshot->processes[i] = x != nullptr ? std::move(x) : ended_[i];
      if (--*open > 0)
        return;
      hand_over(snapshot.get());
      answer.deliver(broken_ ? nullptr : snapshot);
      --open_answers_;
      advance();
    };
    // A process that ended meanwhile told so before it bounced the request.
    request(processes_[i], caf::infinite, look_atom::value)
      .then(collect, [=](const caf::error&) mutable { collect(nullptr); });
  }
  return answer.given_later();
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
  if (left_)
    return;
  while (!entries_.blocks() && !deferred_.empty()) {
    auto next = std::move(deferred_.front());
    deferred_.pop_front();
    next();
    if (left_)
      return;
  }
  auto& state = history_.state();
  if (begun_ && !entries_.blocks() && !closing_) {
    if (state.where() != run_state::phase::preparing && !started_)
      start_processes();
    if (state.where() == run_state::phase::concluding && !concluding_)
      conclude();
  }
  auto has_ended = begun_ && state.has_ended() && !entries_.blocks();
  if (has_ended && entries_.is_open() && end_record_ == end_record::none)
    write_end();
  entries_.flush(*this, env_);
  auto is_done = has_ended || (closing_ && live_ == 0);
  if (is_done && entries_.is_settled() && open_answers_ == 0)
    leave();
}

void supervisor_actor_impl::start_processes() {
  started_ = true;
  for (std::size_t i = 0; i < processes_.size(); ++i)
    begin_process(i);
  entries_.flush(*this, env_);
  for (std::size_t i = 0; i < processes_.size(); ++i)
    start_process(i);
}

/// The start of a process comes before all that happens to the run from then
/// on, also in the journal.
void supervisor_actor_impl::begin_process(std::size_t index) {
  if (history_.process(index).has_started())
    return; // before a recovery
  process_event event{process_started{env_.now()}};
  history_.apply(index, event);
  if (entries_.is_open())
    entries_.note(encode(
      process_record{static_cast<std::uint32_t>(index), std::move(event)}));
}

/// One that has ended before a recovery, or was not to begin, stays as it is.
void supervisor_actor_impl::start_process(std::size_t index) {
  auto state = history_.release(index);
  if (state->has_ended()) {
    ended_[index] = std::move(state);
    return;
  }
  auto& resources = plan().resources;
  auto& its_plan = state->plan();
  auto self = std::make_shared<const process_run>(
    self_, its_plan.name,
    resources != nullptr ? std::make_unique<resource_set>(resources) : nullptr);
  auto is_looked_at = its_plan.has_preparation() || its_plan.has_conclusion()
                      || state->is_preparing() || self->resources != nullptr;
  processes_[index] = spawn<process_actor_impl, caf::hidden>(
    env_, supervisor_actor{this}, index, std::move(self), entries_.place(),
    is_looked_at ? std::make_shared<const run_snapshot>(snapshot_now())
                 : nullptr,
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
  send(engine_, run_ended{channel_});
  if (begun_ && history_.state().own_status().has(status::suspended))
    env_.events->emit(self_->make_event(
      event_stage::recover,
      problem::of(fail("the run failed and is suspended: it goes on when it is "
                       "recovered"))));
  if (begun_ && history_.state().has_ended() && !entries_.is_lost()) {
    auto snapshot
      = make_run_snapshot(channel_->id(), channel_->flow(), history_.state());
    snapshot.processes = std::move(ended_);
    run_report report{
      std::make_shared<const run_snapshot>(std::move(snapshot))};
    if (env_.notices->is_watched())
      env_.notices->run_completed(report);
    channel_->finish(std::move(report));
  } else if (is_broken()) {
    channel_->close(closed_by_defect(channel_->id()));
    tell_of_defect();
  } else
    channel_->close(engine_was_destroyed(channel_->id()));
  left_ = true; // whoever waits knows
  quit();
}

run_snapshot supervisor_actor_impl::snapshot_now() const {
  auto result
    = make_run_snapshot(channel_->id(), channel_->flow(), history_.state());
  result.processes = ended_;
  return result;
}

/// With processes that have not been started as they will be then.
run_snapshot supervisor_actor_impl::complete_snapshot() const {
  auto result = snapshot_now();
  if (started_)
    return result; // those under way are asked
  result.processes = history_.snapshot(channel_->id()).processes;
  return result;
}

} // namespace lightflow
