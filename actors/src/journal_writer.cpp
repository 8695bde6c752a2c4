// SPDX-License-Identifier: MIT
#include "journal_writer.hpp"

#include "lightflow/core/problem.hpp"
#include "lightflow/persistence/definition_cache.hpp"

#include "journal_access.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

using namespace std::chrono_literals;

constexpr duration first_patience = 100ms;
constexpr duration longest_patience = 5s;

constexpr const char* destroyed = "the engine is being destroyed";
constexpr const char* broken = "a defect of the library: see the log";

/// A commit that takes longer is worth a line in the log.
constexpr auto slow = 1s;

/// One that takes less time is not worth waiting for others.
constexpr auto quick = 100us;

/// Who waits for others that do not come is not to notice.
constexpr std::chrono::steady_clock::duration longest_gathering = 5ms;

template <class Message>
void tell(const caf::strong_actor_ptr& who, Message x) {
  caf::anon_send(caf::actor_cast<caf::actor>(who), std::move(x));
}

} // namespace

journal_writer_impl::journal_writer_impl(caf::actor_config& cfg, runtime& env,
                                         std::shared_ptr<journal> to)
    : pooled(cfg, env.journal_pool(), job_kind::user), env_(env),
      journal_(std::move(to)) {}

journal_writer_impl::behavior_type journal_writer_impl::make_behavior() {
  return {
    [this](append_records& x) { guard([&] { on_append(x); }); },
    [this](const erase_run& x) { return on_erase(x); },
    [this](commit_atom) { guard([this] { on_commit(); }); },
    [this](hurry_atom) {
      hurries_ = true;
      if (patience_ > duration::zero())
        give_up(destroyed);
    },
    [this](close_atom) {
      commit();
      quit();
    },
  };
}

/// CAF's clock may keep this actor until it would have tried again; the journal
/// is to be free for the next engine at once.
void journal_writer_impl::on_exit() {
  erased_.clear();
  journal_ = nullptr;
}

/// An exception is a defect, and must not end this actor: all runs would wait
/// for it for ever.
template <class F>
void journal_writer_impl::guard(F f) {
  try {
    f();
  } catch (...) {
    env_.log_defect("the journal writer", std::current_exception());
    env_.journal->is_broken = true;
    give_up(broken);
  }
}

// -- what comes in ------------------------------------------------------------

/// Who waits is noted first, so as to be told whatever happens.
void journal_writer_impl::on_append(append_records& x) {
  if (auto why = why_refused(x)) {
    if (x.ticket != 0)
      tell(current_sender(), append_refused{why});
    return;
  }
  if (x.ticket != 0)
    waiting_.push_back({current_sender(), x.place, x.ticket, x.begins_run});
  auto& id = x.place->run->id;
  for (auto& record : x.records)
    batch_.records.push_back({id, x.place->next++, std::move(record)});
  if (x.summary)
    batch_.summaries.push_back(*std::move(x.summary));
  if (x.definition != nullptr
      && definitions_.insert(x.definition->fingerprint).second)
    batch_.definitions.emplace_back(x.definition->fingerprint,
                                    x.definition->bytes);
  if (x.ticket != 0) {
    how_ = std::max(how_, x.place->how);
    if (patience_ > duration::zero())
      report(x.place->run);
  }
  commit_later();
}

/// Null: it can be taken. What was given up has left gaps, so that nothing may
/// follow it.
const char* journal_writer_impl::why_refused(const append_records& x) const {
  if (gave_up_ != nullptr)
    return gave_up_;
  if (x.begins_run && patience_ > duration::zero())
    return "the journal cannot be written at the moment";
  auto& gone = batch_.erased;
  if (std::find(gone.begin(), gone.end(), x.place->run->id) != gone.end())
    return "what is left of it is about to be removed from the journal";
  return nullptr;
}

caf::delegated<forget_answer>
journal_writer_impl::on_erase(const erase_run& x) {
  owed<forget_answer> answer{*this, forget_answer::lost};
  if (gave_up_ != nullptr)
    return answer.given_later();
  batch_.erased.push_back(x.id);
  how_ = durability::sync;
  erased_.push_back(answer);
  commit_later();
  return answer.given_later();
}

/// Commits once all has been taken in that is in the mailbox now.
void journal_writer_impl::commit_later() {
  if (patience_ > duration::zero() || std::exchange(commit_is_due_, true))
    return;
  gathers_until_
    = env_.system.clock().now() + std::min(last_took_ / 4, longest_gathering);
  send(this, commit_atom::value);
}

// -- what goes out ------------------------------------------------------------

/// Runs that went on together come back together while their steps are short.
/// Waiting a little for the rest of them saves many a sync; it is for so long
/// at most, since steps need not be short.
bool journal_writer_impl::expects_more() const {
  return waiting_.size() < released_ && last_took_ > quick && !hurries_
         && env_.system.clock().now() < gathers_until_;
}

void journal_writer_impl::on_commit() {
  if (expects_more()) {
    std::this_thread::yield();
    return send(this, commit_atom::value);
  }
  commit_is_due_ = false;
  if (commit())
    return;
  if (hurries_)
    return give_up(destroyed);
  patience_ = std::clamp(2 * patience_, first_patience, longest_patience);
  delayed_send(this, patience_, commit_atom::value);
}

/// Writes the batch. Gives false if it could not; it is there still, then.
bool journal_writer_impl::commit() {
  if (batch_.empty())
    return true;
  auto begin = env_.system.clock().now();
  env_.journal->watch.begin();
  try {
    journal_->commit(batch_, how_);
  } catch (...) { // a journal of the user may throw anything
    env_.journal->watch.end();
    on_failure(problem::of_current_exception().message);
    return false;
  }
  env_.journal->watch.end();
  auto took = last_took_ = env_.system.clock().now() - begin;
  if (took > slow)
    env_.log(log_level::warning, fmt::format("a commit to the journal took {}",
                                             describe(duration{took})));
  settle();
  return true;
}

void journal_writer_impl::settle() {
  if (std::exchange(patience_, duration::zero()) > duration::zero())
    env_.log(log_level::info, "the journal can be written again");
  told_.clear();
  batch_ = {};
  how_ = durability::process;
  if (!waiting_.empty())
    released_ = waiting_.size();
  thread_pool::burst together{env_.pool};
  for (auto& x : std::exchange(waiting_, {}))
    tell(x.who, appended{x.ticket});
  for (auto& x : std::exchange(erased_, {}))
    x.deliver(forget_answer::done);
}

// -- failures -----------------------------------------------------------------

void journal_writer_impl::on_failure(const std::string& reason) {
  if (patience_ == duration::zero())
    env_.log(log_level::error,
             fmt::format("{}; runs that need it stand still until it can be "
                         "written again",
                         reason));
  trouble_ = reason;
  refuse_begins(reason);
  for (auto& x : waiting_)
    report(x.place->run);
}

/// Tells of a run that stands still, once until it can go on.
void journal_writer_impl::report(const std::shared_ptr<const run_info>& run) {
  if (told_.insert(run).second)
    env_.events->emit(
      run->make_event(event_stage::persist, problem::of(fail(trouble_))));
}

/// Takes runs out of the batch that have not begun, so that whoever wanted to
/// start them is told at once. Part of them may have reached the disk: they are
/// erased with the next batch.
void journal_writer_impl::refuse_begins(const std::string& reason) {
  auto first_refused = std::stable_partition(
    waiting_.begin(), waiting_.end(), [](auto& x) { return !x.begins_run; });
  for (auto x = first_refused; x != waiting_.end(); ++x) {
    auto& id = x->place->run->id;
    std::erase_if(batch_.records, [&](auto& r) { return r.run == id; });
    std::erase_if(batch_.summaries, [&](auto& s) { return s.id == id; });
    batch_.erased.push_back(id);
    tell(x->who, append_refused{reason});
  }
  waiting_.erase(first_refused, waiting_.end());
}

/// What the batch has is lost, also what nobody waits for. So nothing more is
/// written: the next engine goes on from what is there.
void journal_writer_impl::give_up(const char* reason) {
  gave_up_ = reason;
  patience_ = duration::zero();
  batch_ = {};
  for (auto& x : std::exchange(waiting_, {}))
    tell(x.who, append_refused{reason});
  erased_.clear();
}

} // namespace lightflow
