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
                                     recovery_options recovery)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env),
      recovery_(recovery) {
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
    [this](const recover_run& x) { return on_recover(x); },
    [this](const erase_run& x) { return on_erase(x); },
    [this](const run_loaded& x) { on_loaded(x); },
    [this](find_atom, const std::string& id) { return on_find(id); },
    [this](const std::string& id, const control& x) {
      return on_control(id, x);
    },
    [this](look_atom, const std::string& id) { return on_look(id); },
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
}

// -- starting -----------------------------------------------------------------

caf::result<run_answer> engine_actor_impl::on_start(start_run& x) {
  auto& id = x.channel->id();
  if (closing_) {
    x.channel->close(engine_was_destroyed(id));
    return run_answer{nullptr, engine_was_destroyed(id)};
  }
  if (auto i = runs_.find(id); i != runs_.end())
    return when_begun(i->second);
  auto is_kept = x.how != durability::none;
  if (x.remember && env_.journal != nullptr) // perhaps the journal has it
    try {
      if (erasing_.contains(id))
        return run_answer{nullptr, being_removed(id)};
      if (auto found = find_stored(id))
        return load_run(*found, true);
    } catch (...) {
      return run_answer{nullptr, current_error()};
    }
  run_history history{x.channel->flow(), x.input, env_.now(), is_kept};
  std::optional<journal_place> place;
  if (is_kept)
    place = journal_place{x.how, 0, false};
  return when_begun(
    begin({x.channel, std::move(history), place}, x.remember && !is_kept));
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

/// Answers once a run is as durable as it should be, if it was asked.
caf::result<run_answer> engine_actor_impl::when_begun(const entry& run) {
  if (current_mailbox_element()->mid.is_async())
    return caf::delegated<run_answer>{};
  auto answer = owe_run(run.channel->id());
  answer_when_begun(run, answer);
  return answer.given_later();
}

/// A supervisor that does not answer has left. Either its run had begun, or the
/// channel knows why it could not.
void engine_actor_impl::answer_when_begun(const entry& run,
                                          const owed<run_answer>& answer) {
  if (!run.is_kept || run.supervisor == nullptr)
    return answer.deliver({run.channel});
  request(run.supervisor, caf::infinite, begin_atom::value)
    .then([answer](run_answer& x) { answer.deliver(std::move(x)); },
          [answer, channel = run.channel](const caf::error&) {
            auto refusal = channel->refusal();
            answer.deliver({refusal ? nullptr : channel, std::move(refusal)});
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
caf::result<run_answer> engine_actor_impl::on_find(const std::string& id) {
  if (auto i = runs_.find(id); i != runs_.end())
    return run_answer{i->second.channel};
  if (env_.journal == nullptr)
    return run_answer{};
  try {
    auto found = find_stored(id);
    if (!found || erasing_.contains(id))
      return run_answer{};
    return load_run(*found, recovery_.resumes());
  } catch (...) {
    return run_answer{nullptr, current_error()};
  }
}

caf::result<run_answer> engine_actor_impl::load_run(const run_summary& x,
                                                    bool resumes) {
  return load_run(x.id, resumes && x.condition == run_condition::running);
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
  return load_run(x.id, true);
}

/// Reads a run on a thread of its own, and answers when that is done and it
/// goes on, if it is to.
caf::result<run_answer> engine_actor_impl::load_run(const std::string& id,
                                                    bool recovers) {
  if (closing_)
    return run_answer{nullptr, engine_was_destroyed(id)};
  auto answer = owe_run(id);
  start_load(id, recovers);
  loads_[id].askers.push_back(answer);
  return answer.given_later();
}

void engine_actor_impl::start_load(const std::string& id, bool recovers,
                                   std::optional<run_summary> summary) {
  auto [i, is_new] = loads_.try_emplace(id);
  i->second.recovers = i->second.recovers || recovers;
  if (!is_new)
    return;
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
}

void engine_actor_impl::on_loaded(const run_loaded& x) {
  auto wanted = std::move(loads_.extract(x.id).mapped());
  if (auto i = runs_.find(x.id); i != runs_.end())
    join(i->second, wanted);
  else if (closing_)
    refuse(x.id, wanted, engine_was_destroyed(x.id));
  else if (x.refusal)
    refuse(x.id, wanted, *x.refusal);
  else if (wanted.recovers)
    go_on(*x.run, wanted);
  else
    for (auto& asker : wanted.askers)
      asker.deliver(run_answer{make_channel(*x.run)});
  leave_if_done();
}

/// It began while it was looked for.
void engine_actor_impl::join(const entry& run, load& wanted) {
  for (auto& asker : wanted.askers)
    answer_when_begun(run, asker);
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
  join(begin(
         {std::make_shared<run_channel>(id, plan), std::move(x.history), place},
         false),
       wanted);
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
    for (auto& x : recovery_.next_interrupted(*env_.journal->source.from))
      if (runs_.contains(x.id))
        recovery_.ended(x.id); // it began after the engine
      else
        start_load(x.id, true, x);
  } catch (...) {
    env_.log(log_level::error,
             fmt::format("interrupted runs could not be listed: {}",
                         current_error().what()));
  }
}

/// The member function of that name would have the answer sent here.
void engine_actor_impl::forget_expired() {
  if (env_.journal == nullptr || closing_)
    return;
  try {
    for (auto& id :
         recovery_.next_expired(*env_.journal->source.from, env_.now()))
      caf::anon_send(env_.journal->writer, erase_run{std::move(id)});
  } catch (...) {
    env_.log(log_level::error, fmt::format("old runs could not be listed: {}",
                                           current_error().what()));
  }
}

/// Until it is gone, nobody may begin anew what is about to be removed.
caf::result<forget_answer> engine_actor_impl::on_erase(const erase_run& x) {
  if (supervisor_of(x.id) != nullptr || loads_.contains(x.id))
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
  recover_interrupted();
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
  recover_interrupted();
  forget_expired();
  warn_of_hanging_journal();
  delayed_send(this, tick_interval, tick_atom::value);
}

void engine_actor_impl::on_close() {
  closing_ = true;
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
