// SPDX-License-Identifier: MIT
#include "attempt_runner.hpp"

#include "lightflow/core/unit_access.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace lightflow {

std::string attempt_name::describe(std::string_view what) const {
  auto& name = view.plan().name;
  return fmt::format(R"(step "{}" (id {}, attempt {}) {})", name,
                     process->step_id(name), number, what);
}

attempt_ended end_by_defect(const runtime& env, const attempt_name& who) {
  auto trouble = problem::of_current_exception();
  env.log_defect(who.describe("was under way when its actor"),
                 trouble.exception);
  attempt_ended result{};
  result.step = who.view.index();
  result.attempt = who.number;
  result.outcome = status::panicked;
  result.error
    = who.describe("was ended by a defect of the library: " + trouble.message);
  result.start = result.end = env.now();
  return result;
}

attempt_runner::attempt_runner(runtime& env, attempt what, time_point now)
    : env_(env),
      attempt_(std::move(what)), self_{*attempt_.process,
                                       attempt_.view,
                                       {attempt_.number,
                                        attempt_.first_start.value_or(now),
                                        &attempt_.shared->stop},
                                       carried_writes()} {
  end_.step = attempt_.view.index();
  end_.attempt = attempt_.number;
  end_.start = self_.start();
  unit_access::set_state(self_, status::pending | recovering());
}

/// What the attempt before had set. To copy that may throw, since values are of
/// types of the user: then the step fails.
writes attempt_runner::carried_writes() {
  if (attempt_.carried_over == nullptr)
    return {};
  auto [result, trouble] = call_guarded(
    [&] { return lightflow::result<writes>{attempt_.carried_over->context}; });
  not_carried_ = std::move(trouble);
  return result ? *std::move(result) : writes{};
}

// -- before the function ------------------------------------------------------

bool attempt_runner::begin(time_point now) {
  if (attempt_.shared->stop.is_requested()) {
    stop("did not start: it was asked to stop before");
    if (attempt_.carried_over != nullptr) // so that no recovery misses it
      unit_access::set_returned(self_, attempt_.carried_over->result);
    concludes_ = concludes_ && !is_fresh();
    return false;
  }
  attempt_.shared->begin(now);
  if (not_carried_) {
    fail(*not_carried_);
    return false;
  }
  if (attempt_.entry == step_entry::callback_after) {
    keep_result();
    return false;
  }
  if (is_fresh() && !prepare())
    return false;
  attempt_.shared->enter_function();
  return true;
}

/// Gives whether the step is to run.
bool attempt_runner::prepare() {
  auto& plan = plan_of_process();
  if (attempt_.entry == step_entry::beginning)
    record(plan.step_records.insert, "insert", self_);
  if (attempt_.entry != step_entry::callback_before && !is_to_run()) {
    end_.outcome = status::skipped;
    return false;
  }
  auto failed = run_callbacks(plan.before_step, callback_moment::before, self_,
                              attempt_.from);
  if (!failed)
    return true;
  end_.outcome = status::cancelled | status::callback_failed;
  end_.error = describe("did not run: " + failed->error);
  end_.breakpoint = {callback_moment::before, failed->at};
  return false;
}

bool attempt_runner::is_to_run() {
  auto& conditions = attempt_.view.plan().conditions;
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](auto& x) { return x.holds(self_); });
}

/// The function has run before a recovery.
void attempt_runner::keep_result() {
  end_.outcome = status::success;
  if (attempt_.carried_over != nullptr)
    unit_access::set_returned(self_, attempt_.carried_over->result);
}

// -- how the function ended ---------------------------------------------------

void attempt_runner::succeed(value returned) {
  if (returned.has_value())
    if (auto why = why_not_kept(returned); !why.empty())
      return fail(problem::of(
        lightflow::fail("what it returned cannot be kept: " + why)));
  end_.outcome = status::success;
  unit_access::set_returned(self_, std::move(returned));
}

void attempt_runner::fail(const problem& x) {
  end_.outcome = x.is_panic() ? status::panicked : status::error;
  end_.retry_after = retry_after(x.message);
  end_.error = describe(x.describe());
}

void attempt_runner::stop(std::string_view why) {
  end_.outcome = status::stopped;
  end_.error = describe(why);
  concludes_ = !attempt_.shared->is_abandoned();
}

void attempt_runner::lose(const std::string& why) {
  end_.outcome = status::error;
  end_.error = describe("was lost: " + why);
  if (attempt_.shared->stop.is_requested())
    return;
  end_.lost = attempt_.losses + 1 < most_losses;
  if (!end_.lost)
    end_.error
      = describe(fmt::format("is not tried again after {} lost attempts, the "
                             "last one lost since {}: see whether the step is "
                             "what ends them",
                             most_losses, why));
}

void attempt_runner::abort() {
  end_.retry_after.reset();
  end_.lost = false;
  end_.outcome = status::panicked;
  end_.error = describe("was ended by a defect of the library: who waited for "
                        "it died");
  end_.end = env_.now();
}

std::optional<duration> attempt_runner::retry_after(const std::string& reason) {
  auto& policy = attempt_.view.plan().retry;
  if (attempt_.number - attempt_.uncounted > policy.retries
      || attempt_.shared->stop.is_requested())
    return std::nullopt;
  if (policy.predicate) {
    auto [again, trouble] = call_guarded(
      [&] { return result<bool>{policy.predicate(failure{reason})}; });
    if (trouble)
      self_.emit(event_stage::retry, *std::move(trouble), {});
    if (!again.value_or(false))
      return std::nullopt;
  }
  auto id = attempt_.process->step_id(attempt_.view.plan().name);
  return policy.delay_after(attempt_.number - attempt_.uncounted,
                            std::hash<std::string>{}(id));
}

/// A codec of the user may throw.
std::string attempt_runner::why_not_kept(const value& returned) const {
  auto [why, trouble] = call_guarded([&] {
    return result<std::string>{attempt_.process->run->why_not_kept(returned)};
  });
  return trouble ? trouble->describe() : *std::move(why);
}

// -- after the function -------------------------------------------------------

void attempt_runner::conclude() {
  if (concludes_ && !end_.retry_after && !end_.lost)
    run_conclusion();
  end_.end = env_.now();
}

void attempt_runner::run_conclusion() {
  auto& plan = plan_of_process();
  if (!plan.has_step_conclusion() || !attempt_.shared->conclusion.take())
    return;
  end_.concluded = true;
  unit_access::set_state(self_, end_.outcome | recovering());
  unit_access::set_end(self_, env_.now());
  if (!end_.error.empty())
    unit_access::add_error(self_, end_.outcome, end_.error);
  auto from = attempt_.entry == step_entry::callback_after ? attempt_.from
                                                           : std::nullopt;
  if (auto failed = run_after_step(plan, self_, from))
    end_.breakpoint = {callback_moment::after, failed->at};
  end_.outcome = self_.state().remove(recovering());
  end_.error = self_.error();
  if (attempt_.shared->record.take())
    record(plan.step_records.update, "update", self_);
}

std::optional<failed_callback>
run_after_step(const process_plan& plan, step& self,
               std::optional<callback_position> from) {
  auto ran = !self.state().has_any(status::skipped, status::cancelled);
  std::optional<failed_callback> failed;
  if (ran)
    failed = run_callbacks(plan.after_step, callback_moment::after, self, from);
  if (failed)
    unit_access::add_error(self, status::callback_failed,
                           fmt::format(R"(step "{}" (id {}): {})", self.name(),
                                       self.id(), failed->error));
  return failed;
}

attempt_ended attempt_runner::take_end() {
  auto context = unit_access::take_writes(self_);
  auto returned = unit_access::take_returned(self_);
  if (!context.empty() || returned.has_value())
    end_.output = std::make_shared<step_output>(
      step_output{std::move(context), std::move(returned)});
  return std::move(end_);
}

std::string attempt_runner::describe(std::string_view what) const {
  return attempt_name{attempt_}.describe(what);
}

} // namespace lightflow
