// SPDX-License-Identifier: MIT
// What a process actor has run around the process and its steps: callbacks,
// hooks and resources.
#include "process_actor.hpp"

#include "lightflow/core/resource_set.hpp"

#include "unit_jobs.hpp"
#include "user_job.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

process_report process_actor_impl::report_now() const {
  auto snapshot = std::make_shared<run_snapshot>(*run_);
  snapshot->processes[index_]
    = std::make_shared<const process_state>(state_->snapshot());
  return {std::move(snapshot), index_};
}

/// Has code of the user run that gives a message for this actor.
template <class Work, class Otherwise>
void process_actor_impl::start_job(Work work, Otherwise otherwise) {
  spawn<user_job, caf::hidden>(env_, env_.pool, process_actor{this},
                               std::move(work), std::move(otherwise));
}

void process_actor_impl::prepare() {
  auto what = state_->to_prepare();
  auto from = what.from.value_or(callback_position{});
  start_job([&env = env_, look = process_look{self_, report_now()},
             what = std::move(what)] { return run_before(env, look, what); },
            [&env = env_, from](const error& why) {
              return process_prepared{
                env.now(), failed_callback{from, describe_defect(why)},
                nullptr};
            });
}

/// Sees to what runs after steps that did not come to their end by themselves.
void process_actor_impl::conclude_steps() {
  std::vector<step_index> fresh;
  for (auto x : state_->concluding())
    if (concluding_.insert(x).second)
      fresh.push_back(x);
  for (auto x : fresh)
    conclude_step(x);
}

void process_actor_impl::conclude_step(step_index step) {
  auto& plan = state_->plan().steps[step];
  if (plan.timeout >= duration::zero())
    timers_.add({later(env_.now(), plan.timeout), timer::kind::step_conclusion,
                 step, state_->step(step).attempt});
  auto control = attempts_.find(step);
  auto has_callbacks = control == nullptr || control->conclusion.take();
  if (!has_callbacks && !control->record.take())
    return; // its step actor has done it all, and will tell
  attempts_.remove(step);
  step_look look{self_, step_view{state_->shared_context(), step},
                 state_->step(step), state_->carried_over(step),
                 state_->error_of(step, self_->step_id(plan.name))};
  start_job([&env = env_, look = std::move(look),
             has_callbacks] { return run_after(env, look, has_callbacks); },
            [step](const error& why) {
              return step_concluded{step, status::callback_failed,
                                    describe_defect(why)};
            });
}

void process_actor_impl::give_up_conclusion_of(step_index step) {
  if (!state_->concluding().contains(step))
    return;
  auto& plan = state_->plan().steps[step];
  auto late = fmt::format("its callbacks did not end within {}",
                          describe(plan.timeout));
  report_late(late, plan.name);
  happened(step_concluded{step, status::callback_failed, late, std::nullopt});
}

/// Sees to what runs after the last step, if there is anything.
void process_actor_impl::conclude() {
  auto complete = state_->steps_ended() && !state_->has_ended();
  if (!complete
      && (self_->resources == nullptr || self_->resources->close_if_empty())) {
    conclusion_ = conclusion::done;
    return;
  }
  conclusion_ = conclusion::under_way;
  if (auto timeout = state_->plan().timeout; timeout >= duration::zero())
    timers_.add({later(env_.now(), timeout), timer::kind::process_conclusion});
  recorded_ = std::make_shared<claim>();
  ended_at_ = state_->end();
  auto outcome
    = state_->steps_ended() ? state_->outcome() : state_->own_status();
  process_look look{self_, report_now(), outcome,
                    state_->own_error(self_->id())};
  process_conclusion what{state_->steps_ended(), complete};
  start_job(
    [&env = env_, look = std::move(look), what, recorded = recorded_] {
      return run_after(env, look, what, *recorded);
    },
    ended_by_defect<process_concluded>(env_));
}

/// Ends the process although what runs after it has not returned.
void process_actor_impl::give_up_conclusion() {
  if (conclusion_ != conclusion::under_way)
    return;
  auto late = fmt::format("what runs after it did not end within {}",
                          describe(state_->plan().timeout));
  report_late(late, {});
  owes_record_ = recorded_->take();
  end_conclusion(
    {env_.now(), status::callback_failed, late, std::nullopt, nullptr});
}

/// Tells the record hook alone that the process has ended.
void process_actor_impl::start_record() {
  auto report = report_now();
  process_look look{self_, report, report.state(), report.error(), ended_at_};
  start_job(
    [&env = env_, look = std::move(look)] { return record_end(env, look); },
    ended_by_defect<process_concluded>(env_));
}

/// Callbacks that are given up are an event, as those that fail are.
void process_actor_impl::report_late(std::string what,
                                     std::string_view step) const {
  if (self_->run->events == nullptr)
    return;
  auto x = self_->make_event(event_stage::callback,
                             problem::of(fail(std::move(what))));
  x.details = {{"moment", "after"}};
  if (!step.empty()) {
    x.layer = layer::step;
    x.step_name = step;
    x.step_id = self_->step_id(step);
  }
  self_->run->events->emit(std::move(x));
}

} // namespace lightflow
