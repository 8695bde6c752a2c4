// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/step.hpp"

#include "actors.hpp"
#include "claim.hpp"
#include "one_shot_actor.hpp"
#include "runtime.hpp"

#include <atomic>
#include <memory>
#include <stop_token>

namespace lightflow {

/// What a process and its running step share besides messages: how to ask the
/// step to stop, and since when its function has been running. The latter saves
/// a message per step; a step that waits for a thread does not use up its time.
class attempt_control {
public:
  std::stop_source stop;

  void begin(time_point now) {
    begun_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// When the function began; nothing if it has not.
  std::optional<time_point> begun() const {
    auto x = begun_.load(std::memory_order_relaxed);
    return x != 0 ? std::optional{time_point{time_point::duration{x}}}
                  : std::nullopt;
  }

  /// All that comes before the function has been done.
  void prepare() {
    prepared_.store(true, std::memory_order_relaxed);
  }

  bool is_prepared() const {
    return prepared_.load(std::memory_order_relaxed);
  }

  /// Who runs the callbacks after the step: its actor, or the process when the
  /// step times out.
  claim conclusion;

  /// Who tells the record hook that the step has ended.
  claim record;

  // -- used by the process only -----------------------------------------------

  /// Whether the time of the step counts from this attempt.
  bool is_timed = false;

  /// Whether the step got more time, since its function had returned and only
  /// callbacks were left.
  bool extended = false;

  /// Whether it is decided how the attempt ended, although that may have to be
  /// written before it counts.
  bool decided = false;

private:
  std::atomic<time_point::rep> begun_{0};
  std::atomic<bool> prepared_{false};
};

/// What makes up one attempt of a step.
struct attempt {
  std::shared_ptr<const process_run> process;
  step_view view;
  std::uint32_t number;
  std::uint32_t uncounted; // attempts that leave the number of retries as it is
  step_entry entry;        // with what it begins
  std::optional<callback_position> from; // the callback, if with one
  std::optional<time_point> first_start; // of the first attempt; none: this is
  std::shared_ptr<const step_output> carried_over;
  std::shared_ptr<attempt_control> shared;
};

/// Does one attempt of a step as soon as it gets a thread, tells the process
/// how it ended, and leaves.
class step_actor_impl : public one_shot_actor {
public:
  step_actor_impl(caf::actor_config& cfg, runtime& env, process_actor process,
                  attempt what);

  const char* name() const override {
    return "lightflow.step";
  }

protected:
  void act() override;

private:
  attempt_ended run();
  bool prepare(step& self, attempt_ended& end) const;
  bool is_to_run(step& self) const;
  void keep_result(step& self, attempt_ended& end) const;
  void call(step& self, attempt_ended& end) const;
  void conclude(step& self, attempt_ended& end) const;
  std::optional<duration> retry_after(step& self,
                                      const attempt_ended& end) const;
  std::string why_not_kept(const value& returned) const;
  std::string describe(std::string_view what) const;

  const process_plan& plan_of_process() const {
    return attempt_.view.context().plan();
  }

  runtime& env_;
  process_actor process_;
  attempt attempt_;
};

/// Runs the callbacks after a step, if it ran. Gives the one that must succeed
/// and did not, having added its failure to the step.
std::optional<failed_callback> run_after_step(const process_plan& plan,
                                              step& self);

} // namespace lightflow
