// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/problem.hpp"
#include "lightflow/core/step.hpp"

#include "actors.hpp"
#include "attempt.hpp"
#include "runtime.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lightflow {

/// How many attempts of a step may be lost with who did them before it is taken
/// for the cause: a step that kills its workers is not to kill them all.
constexpr std::uint32_t most_losses = 5;

/// Which attempt it is, for as long as it takes to tell how it ended.
struct attempt_name {
  explicit attempt_name(const attempt& x)
      : process(x.process), view(x.view), number(x.number) {}

  /// "step "a" (id r1/p/a, attempt 1) timed out".
  std::string describe(std::string_view what) const;

  std::shared_ptr<const process_run> process;
  step_view view;
  std::uint32_t number;
};

/// What the process is to be told if an exception of our own ends an attempt:
/// the step fails, without another attempt. Called within the catch clause;
/// logs it.
attempt_ended end_by_defect(const runtime& env, const attempt_name& who);

/// One attempt of a step but for its function: what comes before that, what
/// follows from how it ended, and what comes after. Calls functions of the user
/// in all that is not marked otherwise, so the caller has to say that
/// (`thread_pool::user_code`, `running_functions`).
///
/// Used in this order: `begin`; if that says so, the function is to be done and
/// one of the calls that tell how it ended is made; `conclude`; `take_end`.
class attempt_runner {
public:
  /// Calls no function of the user.
  attempt_runner(runtime& env, attempt what, time_point now);

  /// The step as functions of the user see it.
  step& self() noexcept {
    return self_;
  }

  const attempt& what() const noexcept {
    return attempt_;
  }

  /// Does what comes before the function, as far as it is still to be done.
  /// Gives whether the function is to be done.
  bool begin(time_point now);

  // -- how the function ended -------------------------------------------------

  /// It returned something, or nothing, which is kept if it can be.
  void succeed(value returned);

  /// It returned a failure or threw. Another attempt follows if one is left.
  void fail(const problem& x);

  /// It was given up, since the step was asked to stop.
  void stop(std::string_view why);

  /// Who did it was lost with it. Another attempt follows unless too many were.
  void lose(const std::string& why);

  /// Who waited for it died: the step fails, without another attempt and
  /// without what comes after it. No other call follows but `take_end`. Calls
  /// no function of the user.
  void abort();

  // -- its end ----------------------------------------------------------------

  /// Does what comes after the last attempt of a step, however it ended. The
  /// engine may be gone afterwards.
  void conclude();

  /// What the process is to be told. Calls no function of the user.
  attempt_ended take_end();

private:
  writes carried_writes();
  bool prepare();
  bool is_to_run();
  void keep_result();
  void run_conclusion();
  std::optional<duration> retry_after(const std::string& reason);
  std::string why_not_kept(const value& returned) const;
  std::string describe(std::string_view what) const;

  status recovering() const {
    return attempt_.recovers ? status::recovering : status{};
  }

  const process_plan& plan_of_process() const {
    return attempt_.view.context().plan();
  }

  bool is_fresh() const {
    return attempt_.entry < step_entry::function;
  }

  runtime& env_;
  attempt attempt_;
  /// Why the next attempt cannot go on from what the last one had set.
  std::optional<problem> not_carried_;
  step self_;
  attempt_ended end_;
  bool concludes_ = true; // something may have to run after it
};

/// Runs the callbacks after a step, if it ran, beginning with `from` if that is
/// given. Gives the one that must succeed and did not, having added its failure
/// to the step.
std::optional<failed_callback>
run_after_step(const process_plan& plan, step& self,
               std::optional<callback_position> from = {});

} // namespace lightflow
