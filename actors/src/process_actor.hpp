// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/process_state.hpp"
#include "lightflow/core/report.hpp"

#include "actors.hpp"
#include "attempt_table.hpp"
#include "journal_entries.hpp"
#include "owed.hpp"
#include "pooled.hpp"
#include "process_timers.hpp"
#include "runtime.hpp"
#include "step_set.hpp"

#include <caf/delegated.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <vector>

namespace lightflow {

/// How far ahead timers are set.
constexpr auto tick_interval = std::chrono::seconds{30};

/// What it means for a process that it is paused, resumed or stopped.
process_event make_process_event(control_action x, time_point now);

class process_actor_impl : public pooled<process_actor::base> {
public:
  process_actor_impl(caf::actor_config& cfg, runtime& env,
                     supervisor_actor supervisor, std::size_t index,
                     std::shared_ptr<const process_run> self,
                     std::shared_ptr<journal_position> place,
                     std::shared_ptr<const run_snapshot> run,
                     std::shared_ptr<process_state> state);

  const char* name() const override {
    return "lightflow.process";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  using timer = process_timer;

  void on_attempt_ended(const attempt_ended& x);
  void on_late_end(const attempt_ended& x);
  void on_prepared(const process_prepared& x);
  void on_step_concluded(const step_concluded& x);
  void on_concluded(const process_concluded& x);
  caf::delegated<bool> on_control(const control& x);
  void apply(const control& x, const owed<bool>& answer);
  void on_appended(const appended& x);
  void on_refused();
  void on_wake();
  void on_close();

  // What happens to the process, and how the journal hears of it.
  void happened(process_event x, std::function<void(bool)> then = nullptr);
  void happened_at_once(process_event x);
  void apply(const process_event& x, const std::function<void(bool)>& then);
  template <class Event>
  void take_effect(const Event&) {}
  void take_effect(const process_paused& x);
  void take_effect(const process_resumed& x);
  void take_effect(const process_stopped& x);
  void take_effect(const attempt_failed& x);
  void take_effect(const step_finished& x);
  void take_effect(const step_timed_out& x);
  void take_effect(const step_concluded& x);
  void take_effect(const process_concluded& x);
  void when_settled(std::function<void()> f);
  void begin();
  void resume_timers();
  void note_resources();
  void tell_resources();
  std::string encode(process_event x) const;

  void advance();
  void start_what_is_due();
  void start_step(step_index step);
  bool limit_time(step_index step, time_point start);
  attempt make_attempt(step_index step,
                       std::shared_ptr<attempt_control> shared) const;
  std::optional<callback_position> entry_callback(step_index step) const;
  template <class Work, class Otherwise>
  void start_job(Work work, Otherwise otherwise);
  void prepare();
  void conclude_steps();
  void conclude_step(step_index step);
  void conclude();
  void end_conclusion(process_concluded x);
  void start_record();
  void give_up_conclusion();
  void give_up_conclusion_of(step_index step);
  void report_late(std::string what, std::string_view step) const;
  bool is_open(step_index step, std::uint32_t attempt) const;

  bool is_running(step_index step) const {
    return state_->step(step).phase == step_phase::running;
  }

  process_report report_now() const;
  std::shared_ptr<const process_state> look() const;
  bool waits_for_steps() const;
  bool will_wake() const;
  void leave();
  void tell_of(step_index step);

  void set_wake();
  void expire(const timer& x);
  void expire_overdue();
  void time_out(time_point when);
  void ask_to_stop(step_index step);
  void abandon(step_index step);
  void abandon_all();
  void expire_step(const timer& x);
  std::optional<time_point> more_time(const timer& x,
                                      attempt_control& control) const;

  runtime& env_;
  supervisor_actor supervisor_;
  std::size_t index_;
  std::shared_ptr<const process_run> self_;
  std::shared_ptr<const run_snapshot> run_; // for callbacks; null: none
  std::shared_ptr<process_state> state_;
  journal_entries entries_;
  std::deque<std::function<void()>> deferred_; // until entries are settled
  attempt_table attempts_;
  step_set timed_; // steps whose time is running
  step_set told_;  // steps whose end subscribers know of
  process_timers timers_;
  std::vector<timer> overdue_;      // of steps whose end is being written
  std::set<step_index> concluding_; // what runs after these is under way
  enum class conclusion { not_begun, under_way, done } conclusion_{};
  time_point ended_at_; // before what runs after the process
  /// Who tells the record hook that the process has ended.
  std::shared_ptr<claim> recorded_;
  bool owes_record_ = false; // what ran after the process was given up
  bool closing_ = false;
  std::set<step_index> interrupted_; // failed while closing
  bool left_ = false;
};

} // namespace lightflow
