// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/journal.hpp"

#include "actors.hpp"
#include "journal_entries.hpp"
#include "owed.hpp"
#include "pooled.hpp"
#include "runtime.hpp"

#include <caf/delegated.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace lightflow {

/// Collects what is appended and commits it as one batch: while one batch is
/// being written, the next one gathers in the mailbox (group commit; DeWitt et
/// al., Implementation Techniques for Main Memory Database Systems, 1984). It
/// waits a little, up to a quarter of what the last commit took and 5 ms at
/// most, for as many as that one served: a run alone never waits.
///
/// What cannot be written stays and is tried again, first after 100 ms, then
/// after longer waits; the runs concerned stand still until then, and an event
/// tells so once. A run that was only about to begin is refused instead.
class journal_writer_impl : public pooled<journal_writer::base> {
public:
  journal_writer_impl(caf::actor_config& cfg, runtime& env,
                      std::shared_ptr<journal> to);

  const char* name() const override {
    return "lightflow.journal_writer";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  /// Who is to be told when the batch is written.
  struct waiting {
    caf::strong_actor_ptr who;
    std::shared_ptr<journal_position> place;
    std::uint64_t ticket;
    bool begins_run;
  };

  template <class F>
  void guard(F f);
  void on_append(append_records& x);
  caf::delegated<forget_answer> on_erase(const erase_run& x);
  void on_commit();
  void commit_later();
  bool expects_more() const;
  bool commit();
  void settle();
  void on_failure(const std::string& reason);
  void report(const std::shared_ptr<const run_info>& run);
  void refuse_begins(const std::string& reason);
  void give_up(const char* reason);
  const char* why_refused(const append_records& x) const;

  runtime& env_;
  std::shared_ptr<journal> journal_;
  journal_batch batch_;
  durability how_ = durability::process; // of the batch
  std::vector<waiting> waiting_;
  std::vector<owed<forget_answer>> erased_;
  std::unordered_set<std::string> definitions_; // known to be there
  bool commit_is_due_ = false;
  std::size_t released_ = 0; // how many waited for the last commit
  // By the clock of the actor system, so that tests are deterministic.
  std::chrono::steady_clock::duration last_took_{};
  std::chrono::steady_clock::time_point gathers_until_; // more for the batch
  bool hurries_ = false;
  const char* gave_up_ = nullptr;        // why; null: it has not
  duration patience_ = duration::zero(); // until it tries again; zero: it works
  std::string trouble_;                  // why it does not work
  /// Runs of which an event has told that they stand still.
  std::unordered_set<std::shared_ptr<const run_info>> told_;
};

} // namespace lightflow
