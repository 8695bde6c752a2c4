// SPDX-License-Identifier: MIT
#include "engine_actor.hpp"

#include "journal_access.hpp"
#include "process_actor.hpp"
#include "user_job.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// Of a thousand runs each: more than can end between two ticks, and a fraction
/// of a second in all.
constexpr std::size_t sweeps_per_tick = 200;

error being_removed(const std::string& id) {
  return {error_code::unknown_run,
          fmt::format(R"(run "{}" is being removed from the journal)", id)};
}

/// Only within a catch clause. A journal of the user may throw anything.
error current_error() {
  try {
    throw;
  } catch (const error& e) {
    return e;
  } catch (...) {
    return {error_code::internal, problem::of_current_exception().message};
  }
}

} // namespace

engine_actor_impl::engine_actor_impl(caf::actor_config& cfg, runtime& env,
                                     recovery_options recovery, run_bound bound)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      recovery_(recovery), bound_(bound) {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    env_.log_defect("the engine", thrown);
    return caf::exit_reason::unhandled_exception;
  });
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
      run.channel->close({error_code::internal,
                          fmt::format(R"(run "{}" did not come to its end )"
                                      "because of a defect of the library: see "
                                      "the log",
                                      id)});
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
  if (x.remember && env_.journal != nullptr) // perhaps the journal has it
    try {
      if (erasing_.contains(id))
        return answer(to, {nullptr, being_removed(id)});
      if (auto found = find_stored(id))
        return load_run(*found, true, x.patience, to);
    } catch (...) {
      return answer(to, {nullptr, current_error()});
    }
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

// -- runs of the journal ------------------------------------------------------

std::optional<run_summary>
engine_actor_impl::find_stored(const std::string& id) const {
  return env_.journal->source.from->find(id);
}

/// One that was interrupted and is to go on by itself is not waited for: it
/// goes on now.
caf::result<run_answer> engine_actor_impl::on_find(const find_run& x) {
  if (auto i = runs_.find(x.id); i != runs_.end())
    return run_answer{i->second.channel};
  if (env_.journal == nullptr)
    return run_answer{};
  try {
    auto found = find_stored(x.id);
    if (!found || erasing_.contains(x.id))
      return run_answer{};
    auto result = owe_run(x.id);
    load_run(*found, recovery_.resumes(), x.patience, {&result, 1});
    return result.given_later();
  } catch (...) {
    return run_answer{nullptr, current_error()};
  }
}

void engine_actor_impl::load_run(const run_summary& x, bool resumes,
                                 start_patience how, askers to) {
  load_run(x.id, resumes && x.condition == run_condition::running, how, to);
}

/// The name of a run's flow; empty if it cannot be read.
std::string engine_actor_impl::stored_flow(const std::string& id) const {
  try {
    auto found = find_stored(id);
    return found ? found->flow : std::string{};
  } catch (...) {
    return {};
  }
}

caf::result<run_answer> engine_actor_impl::on_recover(const recover_run& x) {
  if (auto i = runs_.find(x.id); i != runs_.end())
    return run_answer{
      nullptr, error{error_code::not_recoverable,
                     fmt::format(R"(run "{}" cannot be recovered: {})", x.id,
                                 i->second.supervisor != nullptr
                                   ? "it is under way"
                                   : "it is not kept in the journal")}};
  if (erasing_.contains(x.id))
    return run_answer{nullptr, being_removed(x.id)};
  auto result = owe_run(x.id);
  load_run(x.id, true, x.patience, {&result, 1});
  return result.given_later();
}

/// Reads a run on a thread of its own, and answers when that is done and it
/// goes on, if it is to; for that it needs a place.
void engine_actor_impl::load_run(const std::string& id, bool recovers,
                                 start_patience how, askers to) {
  if (closing_)
    return answer(to, {nullptr, engine_was_destroyed(id)});
  auto i = loads_.find(id);
  auto has_place = i != loads_.end() && i->second.recovers;
  if (recovers && !has_place && free_places() == 0)
    return put_off(id, std::nullopt, how, to);
  auto& wanted = start_load(id, recovers);
  wanted.askers.insert(wanted.askers.end(), to.begin(), to.end());
}

/// If the run is to go on, so it does for all who wait for that.
auto engine_actor_impl::start_load(const std::string& id, bool recovers,
                                   std::optional<run_summary> summary)
  -> load& {
  auto [i, is_new] = loads_.try_emplace(id);
  auto& result = i->second;
  if (recovers && !std::exchange(result.recovers, true)) {
    ++resuming_;
    for (auto& who : waiting_.take_askers(id))
      result.askers.push_back(std::move(who));
  }
  if (!is_new)
    return result;
  auto read = [source = env_.journal->source, id,
               summary = std::move(summary)]() -> run_loaded {
    return {id,
            std::make_shared<replayed_run>(summary ? replay(source, *summary)
                                                   : replay(source, id)),
            {}};
  };
  spawn<user_job, caf::hidden>(env_, env_.pool, engine_actor{this},
                               std::move(read), [id](const error& why) {
                                 return run_loaded{id, nullptr, why};
                               });
  return result;
}

void engine_actor_impl::on_loaded(const run_loaded& x) {
  auto wanted = std::move(loads_.extract(x.id).mapped());
  resuming_ -= wanted.recovers ? 1 : 0;
  if (auto i = runs_.find(x.id); i != runs_.end())
    answer_when_begun(i->second, wanted.askers); // it began meanwhile
  else if (closing_)
    refuse(x.id, wanted, engine_was_destroyed(x.id));
  else if (x.refusal)
    refuse(x.id, wanted, *x.refusal);
  else if (wanted.recovers)
    go_on(*x.run, wanted);
  else
    for (auto& asker : wanted.askers)
      asker.deliver(run_answer{make_channel(*x.run)});
  use_places();
  leave_if_done();
}

void engine_actor_impl::go_on(replayed_run& x, load& wanted) {
  auto& id = x.summary.id;
  if (x.summary.condition == run_condition::finished)
    return refuse(
      id, wanted,
      {error_code::not_recoverable,
       fmt::format(R"(run "{}" cannot be recovered: it succeeded)", id)});
  auto plan = x.history.plan();
  journal_place place{plan->durability.value_or(env_.journal->how),
                      x.next_record,
                      x.summary.condition == run_condition::suspended};
  auto& run = begin(
    {std::make_shared<run_channel>(id, plan), std::move(x.history), place},
    false);
  answer_when_begun(run, wanted.askers);
}

/// Who asked is told; if nobody did, an event tells that the run waits.
void engine_actor_impl::refuse(const std::string& id, load& wanted,
                               const error& why) {
  for (auto& asker : wanted.askers)
    asker.deliver(run_answer{nullptr, why});
  recovery_.ended(id);
  if (!wanted.askers.empty() || closing_)
    return;
  run_info who{id, stored_flow(id), true, env_.events};
  env_.events->emit(
    who.make_event(event_stage::recover, problem::of(fail(why.what()))));
}

/// Has the runs go on under which their program ended, so many at a time that
/// memory stays bounded.
void engine_actor_impl::recover_interrupted() {
  if (env_.journal == nullptr || closing_)
    return;
  try {
    for (auto room = free_places(); room > 0; room = free_places()) {
      auto next = recovery_.next_interrupted(*env_.journal->source.from, room);
      if (next.empty())
        return;
      for (auto& x : next)
        if (runs_.contains(x.id))
          recovery_.ended(x.id); // it began after the engine
        else
          start_load(x.id, true, x);
    }
  } catch (...) {
    env_.log(log_level::error,
             fmt::format("interrupted runs could not be listed: {}",
                         current_error().what()));
  }
}

/// Goes on by messages, so that others come in between. The member function of
/// that name would have the answers sent here.
void engine_actor_impl::forget_expired() {
  if (env_.journal == nullptr || closing_)
    return;
  try {
    for (auto& id :
         recovery_.next_expired(*env_.journal->source.from, env_.now()))
      caf::anon_send(env_.journal->writer, erase_run{std::move(id)});
    if (recovery_.has_come_round() || sweeps_ == 0)
      return;
    --sweeps_;
    send(this, sweep_atom::value);
  } catch (...) {
    env_.log(log_level::error, fmt::format("old runs could not be listed: {}",
                                           current_error().what()));
  }
}

/// Until it is gone, nobody may begin anew what is about to be removed.
caf::result<forget_answer> engine_actor_impl::on_erase(const erase_run& x) {
  if (supervisor_of(x.id) != nullptr || loads_.contains(x.id)
      || waiting_.contains(x.id))
    return forget_answer::is_under_way;
  runs_.erase(x.id);
  erasing_.insert(x.id);
  owed<forget_answer> answer{*this, forget_answer::lost};
  auto deliver = [this, id = x.id, answer](forget_answer y) {
    erasing_.erase(id);
    answer.deliver(y);
    leave_if_done();
  };
  request(env_.journal->writer, caf::infinite, x)
    .then(deliver,
          [deliver](const caf::error&) { deliver(forget_answer::lost); });
  return answer.given_later();
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

caf::result<std::shared_ptr<const run_record>>
engine_actor_impl::on_look(const std::string& id) {
  auto supervisor = supervisor_of(id);
  if (supervisor == nullptr)
    return std::shared_ptr<const run_record>{};
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
