// SPDX-License-Identifier: MIT
#include "engine_actor.hpp"

#include "journal_access.hpp"
#include "process_actor.hpp"
#include "run_errors.hpp"

#include <caf/send.hpp>

#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// Of a thousand runs each: more than can end between two ticks, and a fraction
/// of a second in all.
constexpr std::size_t sweeps_per_tick = 200;

} // namespace

engine_actor_impl::engine_actor_impl(caf::actor_config& cfg, runtime& env,
                                     recovery_options recovery, run_bound bound)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      recovery_(recovery), bound_(bound) {
  env_.log_defects_of(*this, [] { return "the engine"; });
}

engine_actor_impl::behavior_type engine_actor_impl::make_behavior() {
  on_tick();
  // CAF tries them in this order, so what comes most often is first.
  return {
    [this](start_run& x) { return on_start(x); },
    [this](const run_ended& x) { on_run_ended(x); },
    [this](const reserve_places& x) { return on_reserve(x); },
    [this](const recover_run& x) { return on_recover(x); },
    [this](const erase_run& x) { return on_erase(x); },
    [this](const run_loaded& x) { on_loaded(x); },
    [this](const find_run& x) { return on_find(x); },
    [this](const std::string& id, const control& x) {
      return on_control(id, x);
    },
    [this](look_atom, const std::string& id) { return on_look(id); },
    [this](sweep_atom) { forget_expired(); },
    [this](tick_atom) { on_tick(); },
    [this](close_atom) { on_close(); },
  };
}

/// Runs are left only if this actor died of a defect: who waits for them is
/// told.
///
/// CAF's clock keeps this actor until its next tick; what it knows of runs must
/// not be kept as long, since their definitions may have actors of the user.
void engine_actor_impl::on_exit() {
  for (auto& [id, run] : runs_)
    if (run.supervisor != nullptr) {
      anon_send(run.supervisor, close_atom::value);
      run.channel->close(closed_by_defect(run.channel->id()));
    }
  runs_.clear();
  loads_.clear();
  waiting_ = {};
}

// -- starting -----------------------------------------------------------------

caf::result<run_answer> engine_actor_impl::on_start(start_run& x) {
  if (x.patience == start_patience::reserved)
    --reserved_;
  if (current_mailbox_element()->mid.is_async()) {
    start(x, {});
    return caf::delegated<run_answer>{};
  }
  auto result = owe_run(x.channel->id());
  start(x, {&result, 1});
  return result.given_later();
}

/// A run that is there already needs no place.
void engine_actor_impl::start(start_run& x, askers to) {
  auto& id = x.channel->id();
  if (closing_) {
    x.channel->close(engine_was_destroyed(id));
    return answer(to, {nullptr, engine_was_destroyed(id)});
  }
  if (auto i = runs_.find(id); i != runs_.end())
    return answer_when_begun(i->second, to);
  if (x.remember && env_.journal != nullptr && is_stored(id, x.patience, to))
    return;
  if (free_places() == 0)
    return put_off(std::string{id}, std::move(x), x.patience, to);
  begin_new(x, to);
}

void engine_actor_impl::begin_new(start_run& x, askers to) {
  auto is_kept = x.how != durability::none;
  run_history history{x.channel->flow(), x.input, env_.now(), is_kept};
  std::optional<journal_place> place;
  if (is_kept)
    place = journal_place{x.how, 0, false};
  answer_when_begun(
    begin({x.channel, std::move(history), place}, x.remember && !is_kept), to);
}

auto engine_actor_impl::begin(supervised_run x, bool remember) -> entry& {
  auto& run = runs_[x.channel->id()];
  run.channel = x.channel;
  run.remember = remember;
  run.is_kept = x.place.has_value();
  run.supervisor = spawn<supervisor_actor_impl, caf::hidden>(
    env_, engine_actor{this}, std::move(x));
  ++live_;
  return run;
}

void engine_actor_impl::answer(askers to, const run_answer& x) {
  for (auto& who : to)
    who.deliver(x);
}

/// Answers once a run is as durable as it should be. A supervisor that does not
/// answer has left. Either its run had begun, or the channel knows why it could
/// not.
void engine_actor_impl::answer_when_begun(const entry& run, askers to) {
  if (!run.is_kept || run.supervisor == nullptr)
    return answer(to, {run.channel});
  for (auto& who : to)
    request(run.supervisor, caf::infinite, begin_atom::value)
      .then([who](run_answer& x) { who.deliver(std::move(x)); },
            [who, channel = run.channel](const caf::error&) {
              auto refusal = channel->refusal();
              who.deliver({refusal ? nullptr : channel, std::move(refusal)});
            });
}

/// To whoever asks for a run now.
owed<run_answer> engine_actor_impl::owe_run(const std::string& id) {
  return {*this, {nullptr, engine_was_destroyed(id)}};
}

// -- runs under way -----------------------------------------------------------

supervisor_actor engine_actor_impl::supervisor_of(const std::string& id) const {
  auto i = runs_.find(id);
  return i != runs_.end() ? i->second.supervisor : supervisor_actor{};
}

caf::result<bool> engine_actor_impl::on_control(const std::string& id,
                                                const control& x) {
  auto supervisor = supervisor_of(id);
  if (supervisor == nullptr)
    return false;
  return delegate(supervisor, x);
}

caf::result<std::shared_ptr<const run_snapshot>>
engine_actor_impl::on_look(const std::string& id) {
  auto supervisor = supervisor_of(id);
  if (supervisor == nullptr)
    return std::shared_ptr<const run_snapshot>{};
  return delegate(supervisor, look_atom::value);
}

/// A supervisor that dies while it leaves tells twice.
void engine_actor_impl::on_run_ended(const run_ended& x) {
  auto i = runs_.find(x.channel->id());
  if (i == runs_.end() || i->second.channel != x.channel
      || i->second.supervisor == nullptr)
    return;
  if (i->second.remember)
    i->second.supervisor = nullptr;
  else
    runs_.erase(i);
  --live_;
  recovery_.ended(x.channel->id());
  use_places();
  leave_if_done();
}

void engine_actor_impl::warn_of_hanging_journal() {
  if (env_.journal == nullptr)
    return;
  constexpr duration suspicious = std::chrono::seconds{10};
  auto waits = env_.journal->watch.under_way();
  if (waits > suspicious)
    env_.log(log_level::error,
             fmt::format("a commit to the journal has been under way for {}: "
                         "its disk may hang, and with it all runs that need it",
                         describe(waits)));
}

void engine_actor_impl::on_tick() {
  for (auto& [id, run] : runs_)
    if (run.supervisor != nullptr)
      send(run.supervisor, tick_atom::value);
  recovery_.wait_no_longer();
  use_places();
  sweeps_ = sweeps_per_tick;
  forget_expired();
  warn_of_hanging_journal();
  delayed_send(this, tick_interval, tick_atom::value);
}

void engine_actor_impl::on_close() {
  closing_ = true;
  refuse_waiting();
  if (env_.journal != nullptr)
    send(env_.journal->writer, hurry_atom::value);
  for (auto& [id, run] : runs_)
    if (run.supervisor != nullptr)
      send(run.supervisor, close_atom::value);
  leave_if_done();
}

void engine_actor_impl::leave_if_done() {
  if (closing_ && live_ == 0 && loads_.empty() && erasing_.empty())
    quit();
}

} // namespace lightflow
