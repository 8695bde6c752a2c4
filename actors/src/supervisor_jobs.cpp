// SPDX-License-Identifier: MIT
// What a supervisor has run around the processes of its run: callbacks and
// hooks.
#include "supervisor_actor.hpp"

#include "process_actor.hpp"
#include "unit_jobs.hpp"
#include "user_job.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

/// Has code of the user run that gives a message for this actor.
template <class Work, class Otherwise>
void supervisor_actor_impl::start_job(Work work, Otherwise otherwise) {
  spawn<user_job, caf::hidden>(env_, env_.pool, supervisor_actor{this},
                               std::move(work), std::move(otherwise));
}

flow_look supervisor_actor_impl::look_now() const {
  return {
    self_, channel_->flow(),
    run_report{std::make_shared<const run_snapshot>(complete_snapshot())}};
}

void supervisor_actor_impl::prepare() {
  expect_end_of_callbacks();
  auto breakpoint = history_.state().breakpoint();
  auto from = breakpoint ? std::optional{breakpoint->at} : std::nullopt;
  start_job([&env = env_, look = look_now(),
             from] { return run_before(env, look, from); },
            ended_by_defect<run_prepared>(env_));
}

void supervisor_actor_impl::conclude() {
  concluding_ = true;
  recorded_ = std::make_shared<claim>();
  expect_end_of_callbacks();
  auto look = look_now();
  look.state = history_.state().outcome();
  ended_at_ = look.end;
  start_job(
    [&env = env_, look = std::move(look), barred = history_.state().is_barred(),
     recorded = recorded_] { return run_after(env, look, barred, *recorded); },
    ended_by_defect<run_concluded>(env_));
}

/// Has this actor woken when the time for callbacks is over, if that comes
/// before the next tick.
void supervisor_actor_impl::expect_end_of_callbacks() {
  auto timeout = plan().callback_timeout;
  if (timeout < duration::zero())
    return;
  deadline_ = later(env_.now(), timeout);
  if (timeout <= tick_interval)
    delayed_send(this, timeout, wake_atom::value);
}

void supervisor_actor_impl::on_wake() {
  if (!deadline_ || left_)
    return;
  if (entries_.blocks()) // perhaps with what the callbacks did in time
    return deferred_.push_back([this] { on_wake(); });
  auto now = env_.now();
  if (*deadline_ > now) {
    if (*deadline_ - now <= tick_interval)
      delayed_send(this, *deadline_ - now, wake_atom::value);
    return;
  }
  deadline_.reset();
  give_up_callbacks();
}

/// Goes on although what runs before or after the processes has not returned.
void supervisor_actor_impl::give_up_callbacks() {
  auto where = history_.state().where();
  if (where == run_state::phase::running || where == run_state::phase::ended)
    return;
  auto late = fmt::format("its callbacks did not end within {}",
                          describe(plan().callback_timeout));
  auto is_preparing = where == run_state::phase::preparing;
  auto what = self_->make_event(event_stage::callback, problem::of(fail(late)));
  what.details = {{"moment", is_preparing ? "before" : "after"}};
  env_.events->emit(std::move(what));
  if (is_preparing)
    return happened(run_prepared{env_.now(), status::callback_failed, late,
                                 std::nullopt, nullptr});
  owes_record_ = recorded_->take();
  happened(run_concluded{env_.now(), status::callback_failed, late,
                         std::nullopt, nullptr});
}

/// Tells the record hook alone that the run has ended.
void supervisor_actor_impl::start_record() {
  auto look = look_now();
  look.end = ended_at_;
  start_job(
    [&env = env_, look = std::move(look)] { return record_end(env, look); },
    ended_by_defect<run_concluded>(env_));
}

} // namespace lightflow
