// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/step.hpp"

#include "actors.hpp"
#include "pooled.hpp"
#include "runtime.hpp"

#include <caf/event_based_actor.hpp>

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

  /// Claims to run what comes after the step. Gives false if the other of the
  /// two has done so: the process does when the step times out.
  bool claim_conclusion() {
    return !concluded_.exchange(true, std::memory_order_acq_rel);
  }

private:
  std::atomic<time_point::rep> begun_{0};
  std::atomic<bool> concluded_{false};
};

/// What makes up one attempt of a step.
struct attempt {
  std::shared_ptr<const process_run> process;
  step_view view;
  std::uint32_t number;
  std::optional<time_point> first_start; // of the first attempt; none: this is
  std::shared_ptr<const step_output> carried_over;
  std::shared_ptr<attempt_control> shared;
};

/// Does one attempt of a step as soon as it gets a thread, tells the process
/// how it ended, and leaves.
class step_actor_impl : public pooled<caf::event_based_actor> {
public:
  step_actor_impl(caf::actor_config& cfg, runtime& env, process_actor process,
                  attempt what);

  const char* name() const override {
    return "lightflow.step";
  }

protected:
  caf::behavior make_behavior() override;

private:
  attempt_ended run();
  bool prepare(step& self, attempt_ended& end) const;
  void call(step& self, attempt_ended& end) const;
  void conclude(step& self, attempt_ended& end) const;
  std::optional<duration> retry_after(const attempt_ended& end) const;
  std::string describe(std::string_view what) const;

  const process_plan& plan_of_process() const {
    return attempt_.view.context().plan();
  }

  runtime& env_;
  process_actor process_;
  attempt attempt_;
};

/// Runs what comes after a step that ran: callbacks and a record hook. Gives
/// the callback that must succeed and did not, having added it to the step.
std::optional<failed_callback> run_after_step(const process_plan& plan,
                                              step& self);

} // namespace lightflow
