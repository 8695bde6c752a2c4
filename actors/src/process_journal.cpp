// SPDX-License-Identifier: MIT
// What happens to a process: written to the journal first, where its run has
// one.
#include "process_actor.hpp"

#include "lightflow/core/resource_set.hpp"

#include "journal_access.hpp"

#include <utility>

namespace lightflow {

namespace {

/// Whether an event is the end of an attempt.
struct is_of_attempt {
  bool operator()(const step_finished&) const {
    return true;
  }

  bool operator()(const attempt_failed&) const {
    return true;
  }

  bool operator()(const attempt_lost&) const {
    return true;
  }

  template <class Event>
  bool operator()(const Event&) const {
    return false;
  }
};

} // namespace

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
void process_actor_impl::happened(process_event x,
                                  std::function<void(bool)> then) {
  if (!entries_.is_open())
    return apply(x, then);
  note_resources();
  auto record = encode(x);
  auto blocks = !std::visit(is_of_attempt{}, x);
  entries_.append(
    std::move(record), blocks,
    [this, x = std::move(x), then = std::move(then)](bool written) {
      if (written)
        apply(x, then);
      else if (then)
        then(false);
    });
}

void process_actor_impl::apply(const process_event& x,
                               const std::function<void(bool)>& then) {
  state_->apply(x);
  std::visit([this](auto& event) { take_effect(event); }, x);
  if (then)
    then(true);
}

/// Lets something happen that is as good as undone if it is lost.
void process_actor_impl::happened_at_once(process_event x) {
  state_->apply(x);
  if (entries_.is_open())
    entries_.note(encode(std::move(x)));
}

void process_actor_impl::take_effect(const process_paused&) {
  tell_resources();
}

void process_actor_impl::take_effect(const process_resumed&) {
  tell_resources();
}

void process_actor_impl::take_effect(const process_stopped&) {
  tell_resources();
}

void process_actor_impl::tell_resources() {
  if (self_->resources != nullptr && conclusion_ == conclusion::not_begun)
    self_->resources->set_status(state_->own_status());
}

void process_actor_impl::take_effect(const attempt_failed& x) {
  if (x.retry_at > x.time)
    timers_.add({x.retry_at, timer::kind::retry, x.step, x.attempt});
  else
    state_->apply(retry_due{x.step, x.attempt});
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
  told_.insert(step);
  env_.notices->step_completed(*self_, *state_, step);
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
void process_actor_impl::when_settled(std::function<void()> f) {
  if (entries_.blocks())
    deferred_.push_back(std::move(f));
  else
    f();
}

void process_actor_impl::on_appended(const appended& x) {
  entries_.written(x.ticket);
  while (!left_ && !entries_.blocks() && !deferred_.empty()) {
    auto next = std::move(deferred_.front());
    deferred_.pop_front();
    next();
  }
  if (!left_)
    expire_overdue();
  advance();
}

/// The engine is being destroyed, and what is not written by now is lost. So
/// the steps concerned have not ended: they run again when the run goes on.
void process_actor_impl::on_refused() {
  entries_.give_up();
  for (step_index x = 0; x < state_->plan().steps.size(); ++x)
    if (is_running(x) && !is_open(x, state_->step(x).attempt))
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

} // namespace lightflow
