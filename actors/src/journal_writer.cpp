// SPDX-License-Identifier: MIT
#include "journal_writer.hpp"

#include "lightflow/core/problem.hpp"
#include "lightflow/persistence/definition_cache.hpp"

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

/// A commit that takes longer is worth a line in the log.
constexpr auto slow = 1s;

/// One that takes less time is not worth waiting for others.
constexpr auto quick = 100us;

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
    [this](append_records& x) { on_append(x); },
    [this](const erase_run& x) { return on_erase(x); },
    [this](commit_atom) { on_commit(); },
    [this](hurry_atom) {
      hurries_ = true;
      if (patience_ > duration::zero())
        give_up("the engine is being destroyed");
    },
    [this](close_atom) {
      commit();
      quit();
    },
  };
}

// -- what comes in ------------------------------------------------------------

void journal_writer_impl::on_append(append_records& x) {
  if (x.begins_run && patience_ > duration::zero())
    return tell(current_sender(),
                append_refused{"the journal cannot be written at the moment"});
  auto& id = x.log->run->id;
  for (auto& record : x.records)
    batch_.records.push_back({id, x.log->next++, std::move(record)});
  if (x.summary)
    batch_.summaries.push_back(*std::move(x.summary));
  if (x.definition != nullptr
      && definitions_.insert(x.definition->fingerprint).second)
    batch_.definitions.emplace_back(x.definition->fingerprint,
                                    x.definition->bytes);
  if (x.ticket != 0) {
    how_ = std::max(how_, x.log->how);
    waiting_.push_back(
      {current_sender(), std::move(x.log), x.ticket, x.begins_run});
  }
  commit_later();
}

auto journal_writer_impl::on_erase(const erase_run& x) -> erased_promise {
  batch_.erased.push_back(x.id);
  how_ = durability::sync;
  auto answer = make_response_promise<erased_promise>();
  erased_.push_back(answer);
  commit_later();
  return answer;
}

/// Commits once all has been taken in that is in the mailbox now.
void journal_writer_impl::commit_later() {
  if (patience_ > duration::zero() || std::exchange(commit_is_due_, true))
    return;
  gathers_until_ = std::chrono::steady_clock::now() + last_took_ / 4;
  send(this, commit_atom::value);
}

// -- what goes out ------------------------------------------------------------

/// Runs that went on together come back together while their steps are short.
/// Waiting a little for the rest of them saves many a sync; it is for so long
/// at most, since steps need not be short.
bool journal_writer_impl::expects_more() const {
  return waiting_.size() < released_ && last_took_ > quick && !hurries_
         && std::chrono::steady_clock::now() < gathers_until_;
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
    return give_up("the engine is being destroyed");
  patience_ = std::clamp(2 * patience_, first_patience, longest_patience);
  delayed_send(this, patience_, commit_atom::value);
}

/// Writes the batch. Gives false if it could not; it is there still, then.
bool journal_writer_impl::commit() {
  if (batch_.empty())
    return true;
  auto begin = std::chrono::steady_clock::now();
  try {
    journal_->commit(batch_, how_);
  } catch (const std::exception& e) {
    on_failure(e.what());
    return false;
  }
  auto took = last_took_ = std::chrono::steady_clock::now() - begin;
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
  refuse_begins(reason);
  report(reason);
}

/// Tells of each run that stands still, once until it can go on.
void journal_writer_impl::report(const std::string& reason) {
  for (auto& x : waiting_) {
    if (std::find(told_.begin(), told_.end(), x.log->run) != told_.end())
      continue;
    told_.push_back(x.log->run);
    env_.events->emit(
      x.log->run->make_event(event_stage::persist, problem::of(fail(reason))));
  }
}

/// Takes runs out of the batch that have not begun, so that whoever wanted to
/// start them is told at once. Part of them may have reached the disk: they are
/// erased with the next batch.
void journal_writer_impl::refuse_begins(const std::string& reason) {
  auto first_refused = std::stable_partition(
    waiting_.begin(), waiting_.end(), [](auto& x) { return !x.begins_run; });
  for (auto x = first_refused; x != waiting_.end(); ++x) {
    auto& id = x->log->run->id;
    std::erase_if(batch_.records, [&](auto& r) { return r.run == id; });
    std::erase_if(batch_.summaries, [&](auto& s) { return s.id == id; });
    batch_.erased.push_back(id);
    tell(x->who, append_refused{reason});
  }
  waiting_.erase(first_refused, waiting_.end());
}

void journal_writer_impl::give_up(const std::string& reason) {
  patience_ = duration::zero();
  batch_ = {};
  for (auto& x : std::exchange(waiting_, {}))
    tell(x.who, append_refused{reason});
  for (auto& x : std::exchange(erased_, {}))
    x.deliver(forget_answer::lost);
}

} // namespace lightflow
