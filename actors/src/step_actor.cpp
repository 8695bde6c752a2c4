// SPDX-License-Identifier: MIT
#include "step_actor.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

#include <fmt/format.h>

namespace lightflow {

step_actor_impl::step_actor_impl(caf::actor_config& cfg, runtime& env,
                                 process_actor process, attempt what)
    : one_shot_actor(cfg, env.pool), env_(env), process_(std::move(process)),
      attempt_(std::move(what)) {}

void step_actor_impl::act() {
  send(process_, run());
}

attempt_ended step_actor_impl::run() {
  attempt_ended end;
  end.step = attempt_.view.index();
  end.attempt = attempt_.number;
  auto start = env_.now();
  end.start = attempt_.first_start.value_or(start);
  auto& shared = *attempt_.shared;
  auto& carried = attempt_.carried_over;
  step self{*attempt_.process,
            attempt_.view,
            {attempt_.number, end.start, shared.stop.get_token()},
            carried != nullptr ? carried->context : writes{}};
  self.set_state(status::pending | recovering());
  {
    thread_pool::user_code in_user_code;
    running_functions::entry running{env_.functions, self};
    auto is_fresh = attempt_.entry < step_entry::function;
    auto stopped = shared.stop.stop_requested();
    if (stopped) {
      end.outcome = status::stopped;
      end.error = describe("did not start: it was asked to stop before");
      if (carried != nullptr) // so that no recovery misses it
        self.set_returned(carried->result);
    } else {
      shared.begin(start);
      if (attempt_.entry == step_entry::callback_after)
        keep_result(self, end);
      else if (!is_fresh || prepare(self, end))
        call(self, end);
    }
    if (!end.retry_after && !(is_fresh && stopped))
      conclude(self, end);
    end.end = env_.now(); // the engine may be gone once nothing is running
  }
  auto context = self.take_writes();
  auto returned = self.take_returned();
  if (!context.empty() || returned.has_value())
    end.output = std::make_shared<step_output>(
      step_output{std::move(context), std::move(returned)});
  return end;
}

/// Does what comes before the function, as far as it is still to be done. Gives
/// whether the step is to run.
bool step_actor_impl::prepare(step& self, attempt_ended& end) const {
  auto& plan = plan_of_process();
  if (attempt_.entry == step_entry::beginning)
    record(plan.step_records.insert, "insert", self);
  if (attempt_.entry != step_entry::callback_before && !is_to_run(self)) {
    end.outcome = status::skipped;
    return false;
  }
  auto failed = run_callbacks(plan.before_step, callback_moment::before, self,
                              attempt_.from);
  if (!failed)
    return true;
  end.outcome = status::cancelled | status::callback_failed;
  end.error = describe("did not run: " + failed->error);
  end.breakpoint = {callback_moment::before, failed->at};
  return false;
}

bool step_actor_impl::is_to_run(step& self) const {
  auto& conditions = attempt_.view.plan().conditions;
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](auto& x) { return x.holds(self); });
}

/// The function has run before a recovery.
void step_actor_impl::keep_result(step& self, attempt_ended& end) const {
  end.outcome = status::success;
  if (attempt_.carried_over != nullptr)
    self.set_returned(attempt_.carried_over->result);
}

/// Runs the function of the user, which may do and throw anything.
void step_actor_impl::call(step& self, attempt_ended& end) const {
  attempt_.shared->enter_function();
  auto [returned, trouble]
    = call_guarded([&] { return attempt_.view.plan().function(self); });
  if (!trouble && returned->has_value())
    if (auto why = why_not_kept(*returned); !why.empty())
      trouble = problem::of(
        fail("what it returned cannot be kept: " + std::move(why)));
  if (!trouble) {
    end.outcome = status::success;
    self.set_returned(*std::move(returned));
    return;
  }
  end.outcome = trouble->is_panic() ? status::panicked : status::error;
  end.error = trouble->message;
  end.retry_after = retry_after(self, end);
  end.error = describe(trouble->describe());
}

/// Does what comes after the last attempt of a step, however it ended.
void step_actor_impl::conclude(step& self, attempt_ended& end) const {
  auto& plan = plan_of_process();
  if (!plan.has_step_conclusion() || !attempt_.shared->conclusion.take())
    return;
  end.concluded = true;
  self.set_state(end.outcome | recovering());
  if (!end.error.empty())
    self.add_error(end.outcome, end.error);
  auto from = attempt_.entry == step_entry::callback_after ? attempt_.from
                                                           : std::nullopt;
  if (auto failed = run_after_step(plan, self, from))
    end.breakpoint = {callback_moment::after, failed->at};
  end.outcome = self.state().remove(recovering());
  end.error = self.error();
  if (attempt_.shared->record.take())
    record(plan.step_records.update, "update", self);
}

std::optional<failed_callback>
run_after_step(const process_plan& plan, step& self,
               std::optional<callback_position> from) {
  auto ran = !self.state().has_any(status::skipped, status::cancelled);
  std::optional<failed_callback> failed;
  if (ran)
    failed = run_callbacks(plan.after_step, callback_moment::after, self, from);
  if (failed)
    self.add_error(status::callback_failed,
                   fmt::format(R"(step "{}" (id {}): {})", self.name(),
                               self.id(), failed->error));
  return failed;
}

std::optional<duration>
step_actor_impl::retry_after(step& self, const attempt_ended& end) const {
  auto& policy = attempt_.view.plan().retry;
  if (attempt_.number - attempt_.uncounted > policy.retries
      || attempt_.shared->stop.stop_requested())
    return std::nullopt;
  if (policy.predicate) {
    auto [again, trouble] = call_guarded(
      [&] { return result<bool>{policy.predicate(failure{end.error})}; });
    if (trouble)
      self.emit(event_stage::retry, *std::move(trouble), {});
    if (!again.value_or(false))
      return std::nullopt;
  }
  auto id = attempt_.process->step_id(attempt_.view.plan().name);
  return policy.delay_after(attempt_.number - attempt_.uncounted,
                            std::hash<std::string>{}(id));
}

/// A codec of the user may throw.
std::string step_actor_impl::why_not_kept(const value& returned) const {
  auto [why, trouble] = call_guarded([&] {
    return result<std::string>{attempt_.process->run->why_not_kept(returned)};
  });
  return trouble ? trouble->describe() : *std::move(why);
}

std::string step_actor_impl::describe(std::string_view what) const {
  auto& name = attempt_.view.plan().name;
  return fmt::format(R"(step "{}" (id {}, attempt {}) {})", name,
                     attempt_.process->step_id(name), attempt_.number, what);
}

} // namespace lightflow
