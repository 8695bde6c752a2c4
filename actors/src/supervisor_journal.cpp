// SPDX-License-Identifier: MIT
// What happens to a run: written to the journal first, where it has one.
#include "supervisor_actor.hpp"

#include "journal_access.hpp"
#include "run_errors.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

std::string supervisor_actor_impl::encode(const journal_record& x) const {
  return env_.journal->source.codec.encode(channel_->id(), x);
}

/// Lets something happen to the run. In one that is journalled, it happens once
/// it is written.
void supervisor_actor_impl::happened(run_event x) {
  append(x, [this, x](bool written) {
    if (!written)
      return;
    history_.apply(x);
    if (std::exchange(owes_record_, false))
      start_record();
  });
  advance();
}

/// Calls `then` once it is written, or at once if nothing is to be.
void supervisor_actor_impl::append(const journal_record& record,
                                   std::function<void(bool)> then) {
  if (entries_.is_open())
    entries_.append(encode(record), true, std::move(then));
  else
    then(true);
}

void supervisor_actor_impl::begin_run() {
  auto definition = env_.journal->source.definitions->of(plan());
  auto record
    = encode(run_begun{plan().name, definition->fingerprint,
                       history_.state().start(), history_.state().context()});
  append_begin(std::move(record), std::move(definition), true);
}

/// Goes on once the run is in the journal.
void supervisor_actor_impl::append_begin(
  std::string record, std::shared_ptr<const stored_definition> definition,
  bool is_new) {
  auto then = [this](bool written) {
    if (written)
      begin();
  };
  entries_.append(true, then, [&](append_records& out) {
    out.records.push_back(std::move(record));
    out.summary = summary();
    out.definition = std::move(definition);
    out.begins_run = is_new;
  });
  entries_.flush(*this, env_);
}

void supervisor_actor_impl::begin_recovery(bool reopens) {
  auto definition = env_.journal->source.definitions->of(plan());
  run_recovered event{env_.now(), definition->fingerprint, reopens};
  auto record = encode(run_event{event});
  history_.apply(event);
  append_begin(std::move(record), std::move(definition), false);
}

/// Says in the summary how the run ended.
void supervisor_actor_impl::write_end() {
  end_record_ = end_record::under_way;
  entries_.append(
    true, [this](bool) { end_record_ = end_record::written; },
    [this](append_records& out) { out.summary = summary(); });
}

run_summary supervisor_actor_impl::summary() const {
  auto& state = history_.state();
  auto definition = env_.journal->source.definitions->of(plan());
  auto condition = !state.has_ended()               ? run_condition::running
                   : state.own_status().succeeded() ? run_condition::finished
                                                    : run_condition::suspended;
  return {channel_->id(), plan().name,        definition->fingerprint,
          condition,      state.own_status(), state.start(),
          env_.now()};
}

caf::delegated<run_answer> supervisor_actor_impl::on_begin() {
  owed<run_answer> answer{*this, {nullptr, closed_by_defect(channel_->id())}};
  if (begun_)
    answer.deliver({channel_});
  else if (auto why = channel_->refusal())
    answer.deliver({nullptr, std::move(why)});
  else
    begin_answers_.push_back(answer);
  return answer.given_later();
}

void supervisor_actor_impl::answer_begin(const run_answer& x) {
  for (auto& answer : std::exchange(begin_answers_, {}))
    answer.deliver(x);
}

/// A run that could not even begin is none. Of one that was under way, the
/// journal has what was written, and the next engine goes on from there.
void supervisor_actor_impl::on_refused(const append_refused& x) {
  entries_.give_up();
  if (begun_)
    return on_close();
  auto why = error{
    error_code::journal_failed,
    fmt::format(R"(run "{}" could not begin: {})", channel_->id(), x.reason)};
  answer_begin({nullptr, why});
  channel_->close(std::move(why));
  closing_ = true;
  advance();
}

void supervisor_actor_impl::begin() {
  begun_ = true;
  answer_begin({channel_});
  if (history_.state().where() == run_state::phase::preparing && !closing_)
    prepare();
  advance();
}

} // namespace lightflow
