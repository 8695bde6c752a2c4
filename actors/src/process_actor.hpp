// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/process_state.hpp"
#include "lightflow/core/report.hpp"

#include "actors.hpp"
#include "pooled.hpp"
#include "runtime.hpp"
#include "step_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <memory>
#include <queue>
#include <set>
#include <vector>

namespace lightflow {

/// How far ahead timers are set.
constexpr auto tick_interval = std::chrono::seconds{30};

/// Pauses, resumes or stops a process, be it under way or not started.
void apply_control(process_state& state, control_action x, time_point now);

class process_actor_impl : public pooled<process_actor::base> {
public:
  process_actor_impl(caf::actor_config& cfg, runtime& env,
                     supervisor_actor supervisor, std::size_t index,
                     std::shared_ptr<const process_run> self,
                     std::shared_ptr<const run_record> run,
                     process_state state);

  const char* name() const override {
    return "lightflow.process";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  /// Something to look at when its time has come.
  struct timer {
    enum class kind {
      process_timeout,
      step_timeout,
      retry,
      step_conclusion,
      process_conclusion,
    };

    time_point time;
    kind what;
    step_index step;
    std::uint32_t attempt;

    friend bool operator>(const timer& x, const timer& y) {
      return x.time > y.time;
    }
  };

  void on_attempt_ended(const attempt_ended& x);
  void on_prepared(const process_prepared& x);
  void on_step_concluded(const step_concluded& x);
  void on_concluded(const process_concluded& x);
  void on_control(const control& x);
  void on_wake();
  void on_close();

  void advance();
  void start_step(step_index step);
  template <class Work>
  void start_job(Work work);
  void prepare();
  void conclude_steps();
  void conclude_step(step_index step);
  void conclude();
  void give_up_conclusion();
  void give_up_conclusion_of(step_index step);
  void report_late(std::string what, std::string_view step) const;
  std::vector<step_index> steps_not_begun() const;
  process_report report_now() const;
  bool waits_for_steps() const;
  void request_stop();
  void leave();

  void add_timer(timer x);
  void set_wake();
  void expire(const timer& x);
  void expire_step(const timer& x);

  runtime& env_;
  supervisor_actor supervisor_;
  std::size_t index_;
  std::shared_ptr<const process_run> self_;
  std::shared_ptr<const run_record> run_; // for callbacks; null: none
  process_state state_;
  std::vector<std::shared_ptr<attempt_control>> running_; // by step
  std::priority_queue<timer, std::vector<timer>, std::greater<>> timers_;
  std::optional<time_point> next_wake_; // of the message that is on its way
  std::set<step_index> concluding_;     // what runs after these is under way
  enum class conclusion { not_begun, under_way, done } conclusion_{};
  /// Who tells the record hook that the process has ended.
  std::shared_ptr<claim> recorded_;
  bool closing_ = false;
  std::set<step_index> interrupted_; // failed while closing
  bool left_ = false;
};

} // namespace lightflow
