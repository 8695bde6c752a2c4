// SPDX-License-Identifier: MIT
#include "lightflow/core/run_state.hpp"

#include <algorithm>
#include <utility>

namespace lightflow {

run_state::run_state(std::shared_ptr<const flow_plan> plan,
                     std::shared_ptr<const writes> input, time_point start,
                     bool recoverable)
    : plan_(std::move(plan)), context_(std::move(input)),
      live_processes_(plan_->processes.size()), recoverable_(recoverable),
      start_(start), end_(start) {
  if (!plan_->has_preparation())
    enter_running();
}

/// Also where today's definition has nothing to run before the processes: what
/// it had when that ran counts. It counts once, also if it comes too late.
void run_state::apply(const run_prepared& x) {
  if (phase_ > phase::running || std::exchange(prepared_, true))
    return;
  end_ = x.time;
  own_.add(x.flags);
  error_ = x.error;
  breakpoint_ = x.breakpoint;
  barred_ = x.flags.is_abnormal();
  context_ = merge(context_, x.context);
  enter_running();
}

void run_state::begin_processes() {
  if (phase_ == phase::preparing) {
    prepared_ = true;
    enter_running();
  }
}

void run_state::close() {
  phase_ = phase::ended;
  paused_ = false;
}

void run_state::apply(const process_done& x) {
  if (phase_ != phase::running)
    return;
  --live_processes_;
  failed_processes_ += x.outcome.is_abnormal() ? 1 : 0;
  end_ = std::max(end_, x.time);
  conclude_if_processes_ended();
}

void run_state::apply(const run_paused&) {
  paused_ = !has_ended();
}

void run_state::apply(const run_resumed&) {
  paused_ = false;
}

/// Whoever accepts a stop sees to it that there is something left to stop. The
/// processes may then have ended before it is written.
void run_state::apply(const run_stopped&) {
  if (has_ended() && plan_->has_conclusion())
    return;
  paused_ = false;
  own_.add(status::stopped);
}

void run_state::apply(const run_concluded& x) {
  if (phase_ != phase::concluding)
    return;
  phase_ = phase::ended;
  paused_ = false;
  end_ = std::max(end_, x.time);
  own_.add(x.flags);
  if (!x.error.empty())
    error_ += (error_.empty() ? "" : "; ") + x.error;
  if (x.breakpoint)
    breakpoint_ = x.breakpoint;
  context_ = merge(context_, x.context);
}

/// A run that was under way just goes on. One that had ended does again what
/// did not succeed: the processes that failed, and the callbacks before them
/// from the one that failed.
void run_state::recover(const run_recovered& x, std::size_t open_processes) {
  recovering_ = true;
  if (!x.reopened)
    return;
  own_ = {};
  error_.clear();
  paused_ = false;
  end_ = x.time;
  live_processes_ = open_processes;
  failed_processes_ = 0;
  phase_ = phase::preparing;
  prepared_ = !std::exchange(barred_, false);
  if (prepared_) {
    breakpoint_.reset();
    enter_running();
  }
}

void run_state::enter_running() {
  phase_ = phase::running;
  conclude_if_processes_ended(); // there may be none
}

void run_state::conclude_if_processes_ended() {
  if (live_processes_ == 0)
    phase_ = plan_->has_conclusion() ? phase::concluding : phase::ended;
}

/// A pause holds up the processes only, which tell of it themselves.
wake_source run_state::wakes_by() const {
  switch (phase_) {
  case phase::preparing:
    return wake_source::preparation;
  case phase::running:
    return wake_source::processes;
  case phase::concluding:
    return wake_source::conclusion;
  default:
    return outcome().has(status::suspended) ? wake_source::recovery
                                            : wake_source::ended;
  }
}

status run_state::own_status() const {
  if (has_ended())
    return outcome();
  auto result = own_ | status::pending;
  if (failed_processes_ > 0)
    result.add(status::failed);
  if (paused_)
    result.add(status::paused);
  if (recovering_)
    result.add(status::recovering);
  return result;
}

status run_state::outcome() const {
  auto well = !own_.is_abnormal() && failed_processes_ == 0;
  auto result = own_ | (well ? status::success : status::failed);
  if (!well && recoverable_)
    result.add(status::suspended);
  if (recovering_)
    result.add(status::recovering);
  return result;
}

} // namespace lightflow
