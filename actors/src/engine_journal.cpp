// SPDX-License-Identifier: MIT
// The part of the engine actor that deals with runs of the journal: finds them,
// has them go on, and removes them.
#include "engine_actor.hpp"

#include "journal_access.hpp"
#include "run_errors.hpp"
#include "user_job.hpp"

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

std::optional<run_summary>
engine_actor_impl::find_stored(const std::string& id) const {
  return env_.journal->source.from->find(id);
}

/// Whether the journal has the run of an id that is to be started, or cannot
/// tell: then that is answered, once the run goes on.
bool engine_actor_impl::is_stored(const std::string& id, start_patience how,
                                  askers to) {
  try {
    if (erasing_.contains(id))
      answer(to, {nullptr, being_removed(id)});
    else if (auto found = find_stored(id))
      load_run(*found, true, how, to);
    else
      return false;
  } catch (...) {
    answer(to, {nullptr, current_error()});
  }
  return true;
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
        else if (x.flow.empty())
          start_load(x.id, true); // which tells how its summary is damaged
        else
          start_load(x.id, true, x);
    }
  } catch (...) {
    env_.log(log_level::error,
             fmt::format("interrupted runs could not be listed: {}",
                         current_error().what()));
  }
}

/// Not before what was found last is gone: while the journal cannot be written,
/// the same runs would be found, and kept for that, again and again.
void engine_actor_impl::forget_expired() {
  if (env_.journal == nullptr || closing_ || erases_expired_)
    return;
  try {
    auto found = recovery_.next_expired(*env_.journal->source.from, env_.now());
    if (found.empty())
      sweep_on();
    else
      erase_expired(std::move(found));
  } catch (...) {
    env_.log(log_level::error, fmt::format("old runs could not be listed: {}",
                                           current_error().what()));
  }
}

/// By messages, so that others come in between.
void engine_actor_impl::sweep_on() {
  if (recovery_.has_come_round() || sweeps_ == 0)
    return;
  --sweeps_;
  send(this, sweep_atom::value);
}

/// The answer about the last one tells that all are gone, since the writer
/// takes them in this order.
void engine_actor_impl::erase_expired(std::vector<std::string> ids) {
  auto last = std::move(ids.back());
  ids.pop_back();
  // The member function `send` would have the answers sent here.
  for (auto& id : ids)
    caf::anon_send(env_.journal->writer, erase_run{std::move(id)});
  erases_expired_ = true;
  auto when_gone = [this] {
    erases_expired_ = false;
    sweep_on();
  };
  request(env_.journal->writer, caf::infinite, erase_run{std::move(last)})
    .then([when_gone](forget_answer) { when_gone(); },
          [when_gone](const caf::error&) { when_gone(); });
}

/// Until it is gone, nobody may begin anew what is about to be removed.
caf::result<forget_answer> engine_actor_impl::on_erase(const erase_run& x) {
  if (supervisor_of(x.id) != nullptr || loads_.contains(x.id)
      || waiting_.contains(x.id))
    return forget_answer::is_under_way;
  if (runs_.erase(x.id) > 0 || env_.journal == nullptr)
    return forget_answer::done; // no journal has what is remembered here
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

} // namespace lightflow
