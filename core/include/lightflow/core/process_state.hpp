// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/context.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/core/process_event.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/step_phase.hpp"
#include "lightflow/core/wake_source.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow {

/// With what the next attempt of a step begins.
enum class step_entry : std::uint8_t {
  /// With its record hook, its conditions and the callbacks before it.
  beginning,
  /// With its conditions and the callbacks before it.
  conditions,
  /// With the callback before it that failed, or the first of them.
  callback_before,
  /// With its function.
  function,
  /// With the callback after it that failed.
  callback_after,
};

/// What is known of one step of a run.
struct step_state {
  step_phase phase = step_phase::waiting;
  step_entry entry = step_entry::beginning;
  status flags = status::pending;
  std::uint32_t attempt = 0;
  /// How many of the attempts leave the number of retries as it is: those
  /// before the last recovery, and those that were lost.
  std::uint32_t uncounted_attempts = 0;
  std::uint32_t open_dependencies = 0;
  time_point start; // of the first attempt
  time_point end;
};

/// The state of one process of a run: changed by events alone, and so the same
/// when they are replayed. Knows no clock, no thread, no disk.
class process_state {
public:
  /// A process that fails is suspended if it is `recoverable`.
  process_state(std::shared_ptr<const process_plan> plan,
                std::shared_ptr<const writes> input, bool recoverable = false);

  /// A copy that stays as it is while this one goes on.
  process_state snapshot() const;

  // -- what happened ----------------------------------------------------------

  /// Takes in an event. One about an attempt that is not the current one of its
  /// step, or after the step's end, changes nothing.
  void apply(const process_event& x);
  void apply(const process_started& x);
  void apply(const process_prepared& x);
  void apply(const step_started& x);
  void apply(const attempt_failed& x);
  void apply(const attempt_lost& x);
  void apply(const retry_due& x);
  void apply(const step_finished& x);
  void apply(const step_timed_out& x);
  void apply(const step_concluded& x);
  void apply(const resource_attached& x);
  void apply(const process_paused& x);
  void apply(const process_resumed& x);
  void apply(const process_stopped& x);
  void apply(const process_timed_out& x);
  void apply(const process_cancelled& x);
  void apply(const process_concluded& x);
  void apply(const process_interrupted& x);
  void apply(const process_reopened& x);

  // -- what to do next --------------------------------------------------------

  /// The next step to start; nothing while there is none, the process is paused
  /// or as many run as may.
  std::optional<step_index> next_step() const;

  /// What the next attempt of a step goes on from: what the last one left. Null
  /// if there was none or it left nothing.
  std::shared_ptr<const step_output> carried_over(step_index step) const;

  /// When the wait of a step that backs off is over.
  time_point retry_at(step_index step) const;

  /// How many attempts of a step were lost since it last came to its end.
  std::uint32_t losses(step_index step) const;

  /// Whether an attempt is the one under way of its step.
  bool is_current(step_index step, std::uint32_t attempt) const;

  /// Steps that ended without having come to it by themselves, and for which
  /// what runs after a step has not run yet.
  const std::set<step_index>& concluding() const noexcept {
    return concluding_;
  }

  /// Whether what has to run before the first step is still to run.
  bool is_preparing() const noexcept {
    return preparing_;
  }

  /// What has to run before the first step, if something has to.
  struct preparation {
    bool has_record = true;    // whether the record hook is to be told
    bool has_callbacks = true; // whether callbacks are to run
    /// The callback to begin with; nothing: the first.
    std::optional<callback_position> from = {};
    /// What to have again that was attached before a recovery.
    std::vector<kept_resource> resources = {};
  };

  preparation to_prepare() const;

  /// Whether all steps have ended, and with all that runs after each.
  bool steps_ended() const noexcept {
    return started_ && !preparing_ && ended_steps_ == steps_.size()
           && concluding_.empty();
  }

  /// Whether the process is at its end.
  bool has_ended() const noexcept {
    return steps_ended() && (concluded_ || !plan().has_conclusion());
  }

  wake_source wakes_by() const;

  /// Notes in a snapshot how many of the steps under way wait for a worker.
  void note_waiting_for_worker(std::size_t x) {
    waiting_for_worker_ = x;
  }

  // -- how it is --------------------------------------------------------------

  const process_plan& plan() const noexcept {
    return context_->plan();
  }

  const process_context& context() const noexcept {
    return *context_;
  }

  /// The context as steps share it.
  std::shared_ptr<const process_context> shared_context() const noexcept {
    return context_;
  }

  const step_state& step(step_index x) const {
    return steps_[x];
  }

  /// Why a step did not end well, in full; empty if it did or has not ended.
  /// `id` is that of the step.
  std::string error_of(step_index x, std::string_view id) const;

  /// The status of the process itself.
  status own_status() const;

  /// What it will be if nothing else goes wrong, once the steps have ended.
  status outcome() const;

  /// Why the process itself did not end well, in full; empty if only its steps
  /// did not. `id` is that of the process.
  std::string own_error(std::string_view id) const;

  /// Where a recovered step goes on; none: at its beginning.
  std::optional<callback_breakpoint> breakpoint(step_index x) const;

  /// The flags of the process and of all its steps.
  status any_status() const {
    return own_status() | seen_;
  }

  bool is_paused() const noexcept {
    return paused_ && !has_ended();
  }

  bool has_started() const noexcept {
    return started_;
  }

  bool is_stopping() const noexcept {
    return stopping_;
  }

  std::size_t running() const noexcept {
    return running_;
  }

  /// How many of those are delegated.
  std::size_t running_delegated() const noexcept {
    return running_delegated_;
  }

  time_point start() const noexcept {
    return start_;
  }

  /// When the last thing within it ended: a step, or what runs before or after
  /// the steps. The same as `start` until then.
  time_point end() const noexcept {
    return end_;
  }

private:
  struct failed_attempt {
    std::string error;
    std::shared_ptr<const step_output> output;
    time_point retry_at;
    std::uint32_t losses = 0; // of attempts since the step last ended
  };

  std::string own_error_of(step_index x, std::string_view id) const;
  std::string reason_of(step_index x) const;
  bool move(step_index step, step_trigger trigger);
  void count(step_phase phase, int change);
  void end_step(step_index step, status flags, time_point time);
  bool follows_failure(step_index step) const;
  void release_skipped(step_index step, time_point time,
                       std::vector<step_index>& ended);
  void release_dependents(std::vector<step_index> ended, time_point time);
  std::vector<step_index> end_dependents(step_index step, time_point time);
  void cancel_dependents(step_index step, time_point time);
  bool drop(step_index step, status why, time_point time);
  void make_ready(step_index step, time_point time);
  void make_roots_ready(time_point time);
  void finish_preparation(time_point time);
  bool skips_dependents(step_index step) const;
  void skip_dependents(step_index step, time_point time);
  void skip_reopened(time_point time);
  void cancel_all(status of_running, time_point time);
  void set_entry(const step_finished& x);
  void go_on_from(step_index step, std::string error,
                  std::shared_ptr<const step_output> output, time_point at);
  void leave_beginning(step_index step);
  void leave_conditions(step_index step);
  void begin_recovery();
  void reopen_step(step_index step);
  void count_open_dependencies(step_index step);
  void rebuild_context();

  std::shared_ptr<process_context> context_;
  std::vector<step_state> steps_;
  // These are maps of the kind that costs nothing while it is empty.
  std::map<step_index, std::string> errors_;
  std::map<step_index, std::string> conclusion_errors_;
  std::map<step_index, failed_attempt> failed_; // the last of each
  std::vector<step_index> ready_; // from next_ready_ on; may hold ended ones
  std::size_t next_ready_ = 0;
  std::size_t running_ = 0;
  std::size_t running_delegated_ = 0;
  std::size_t waiting_for_worker_ = 0; // of these; known in snapshots only
  std::size_t backing_off_ = 0;
  std::size_t ended_steps_ = 0;
  std::set<step_index> concluding_;
  std::set<step_index> follow_failures_; // skipped along: see follows_failure
  std::map<step_index, callback_breakpoint> breakpoints_;
  std::optional<callback_position> failed_before_; // a callback, not passed yet
  std::string own_error_;
  status own_;  // abnormal flags of the process itself
  status seen_; // flags of all steps that ended
  std::vector<kept_resource> resources_;
  bool recoverable_;
  bool recovering_ = false;
  bool started_ = false;
  bool began_ = false;    // not cancelled or stopped before
  bool recorded_ = false; // the record hook was told of it before a recovery
  bool prepared_ = false; // the callbacks before it have passed
  bool preparing_ = false;
  bool concluded_ = false;
  bool paused_ = false;
  bool stopping_ = false;
  time_point start_;
  time_point end_;
};

} // namespace lightflow
