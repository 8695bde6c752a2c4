// SPDX-License-Identifier: MIT
#include "lightflow/core/run_state.hpp"

#include <algorithm>
#include <utility>

namespace lightflow {

run_state::run_state(std::shared_ptr<const flow_plan> plan,
                     std::shared_ptr<const writes> input, time_point start)
    : plan_(std::move(plan)), context_(std::move(input)),
      live_processes_(plan_->processes.size()), start_(start), end_(start) {
  if (!plan_->has_preparation())
    enter_running();
}

void run_state::apply(const run_event& x) {
  std::visit([this](auto& event) { apply(event); }, x);
}

void run_state::apply(const run_prepared& x) {
  if (phase_ != phase::preparing)
    return;
  end_ = x.time;
  own_.add(x.flags);
  error_ = x.error;
  breakpoint_ = x.breakpoint;
  barred_ = x.flags.is_abnormal();
  add_context(x.context);
  enter_running();
}

void run_state::apply(const process_done& x) {
  if (phase_ != phase::running)
    return;
  --live_processes_;
  failed_processes_ = failed_processes_ || x.outcome.is_abnormal();
  end_ = std::max(end_, x.time);
  conclude_if_processes_ended();
}

void run_state::apply(const run_paused&) {
  paused_ = !has_ended();
}

void run_state::apply(const run_resumed&) {
  paused_ = false;
}

void run_state::apply(const run_stopped&) {
  if (phase_ == phase::concluding || has_ended())
    return; // there is nothing left to stop
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
  add_context(x.context);
}

void run_state::enter_running() {
  phase_ = phase::running;
  conclude_if_processes_ended(); // there may be none
}

void run_state::conclude_if_processes_ended() {
  if (live_processes_ == 0)
    phase_ = plan_->has_conclusion() ? phase::concluding : phase::ended;
}

void run_state::add_context(const std::shared_ptr<const writes>& xs) {
  if (xs == nullptr)
    return;
  auto result = std::make_shared<writes>(*context_);
  for (auto& [key, x] : *xs)
    result->set(key, x);
  context_ = std::move(result);
}

status run_state::own_status() const {
  if (has_ended())
    return outcome();
  auto result = own_ | status::pending;
  if (failed_processes_)
    result.add(status::failed);
  if (paused_)
    result.add(status::paused);
  return result;
}

status run_state::outcome() const {
  auto well = !own_.is_abnormal() && !failed_processes_;
  return own_ | (well ? status::success : status::failed);
}

} // namespace lightflow
