// SPDX-License-Identifier: MIT
#include "worker_actor.hpp"

#include "stop_job.hpp"
#include "user_job.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

worker_actor_impl::worker_actor_impl(caf::actor_config& cfg, runtime& env,
                                     workshop& place, worker_profile profile,
                                     link_maker make_link)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env), place_(place),
      profile_(std::move(profile)), make_link_(std::move(make_link)) {
  env_.log_defects_of(
    *this, [this] { return fmt::format(R"(worker "{}")", profile_.name); });
}

void worker_actor_impl::on_exit() {
  stop_functions();
  link_.reset();
  make_link_ = nullptr;
}

worker_actor_impl::behavior_type worker_actor_impl::make_behavior() {
  open();
  return {
    [this](link_message& x) { on_message(x); },
    [this](assignment_done& x) { on_done(x); },
    [this](const link_opened& x) { on_opened(x); },
    [this](const link_lost& x) {
      if (x.link == number_)
        lose(x.reason);
    },
    [this](wake_atom, std::uint64_t number) { on_wake(number); },
    [this](tick_atom, link_number link) { on_tick(link); },
    [this](drain_atom) { on_drain(); },
    [this](hurry_atom) { on_hurry(); },
  };
}

// -- the connection -----------------------------------------------------------

void worker_actor_impl::open() {
  phase_ = phase::opening;
  ++number_;
  wake_in(profile_.answer_time);
  link_ = make_link_(number_, worker_actor{this});
}

/// Functions of lost links hold their slots until they return.
void worker_actor_impl::on_opened(const link_opened& x) {
  if (x.link != number_ || phase_ != phase::opening)
    return;
  phase_ = phase::greeting;
  wake_in(profile_.answer_time);
  to_engine(hello_of(profile_, draining_ ? 0 : free_slots()));
}

void worker_actor_impl::on_message(link_message& x) {
  if (x.link != number_ || link_ == nullptr)
    return;
  heard_ = env_.now();
  std::visit([this](auto& what) { on(what); }, x.what);
}

void worker_actor_impl::on(const worker_welcome& x) {
  if (phase_ != phase::greeting)
    return;
  phase_ = phase::serving;
  ++wake_;
  failures_ = 0;
  beat_interval_ = std::max(duration{x.beat_interval}, duration{1'000'000});
  patience_ = std::max(duration{x.patience}, beat_interval_);
  delayed_send(this, beat_interval_, tick_atom::value, number_);
  tell(log_level::info, "is connected");
  leave_if_done();
}

void worker_actor_impl::on(const worker_dismissal& x) {
  lose("the engine ended it: " + x.reason);
}

/// What this connection was given is stopped, since others get it now.
void worker_actor_impl::lose(const std::string& why) {
  if (link_ == nullptr || phase_ == phase::gone)
    return;
  link_.reset();
  stop_functions();
  phase_ = phase::waiting;
  if (draining_)
    return finish();
  tell(
    log_level::warning,
    fmt::format("has no connection to the engine, and tries again: {}", why));
  ++failures_;
  wake_in(profile_.reconnect.delay_after(
    failures_, std::hash<std::string>{}(profile_.name) + number_));
}

/// Only the last one that was set counts.
void worker_actor_impl::wake_in(duration x) {
  delayed_send(this, x, wake_atom::value, ++wake_);
}

void worker_actor_impl::on_wake(std::uint64_t number) {
  if (number != wake_)
    return;
  if (phase_ == phase::waiting)
    open();
  else if (phase_ == phase::leaving)
    finish();
  else
    lose(fmt::format("it did not answer within {}",
                     describe(profile_.answer_time)));
}

void worker_actor_impl::on_tick(link_number link) {
  if (link != number_ || link_ == nullptr)
    return;
  if (env_.now() - heard_ > patience_)
    return lose(fmt::format("it was silent for {}", describe(patience_)));
  to_engine(beat_atom::value);
  delayed_send(this, beat_interval_, tick_atom::value, number_);
}

// -- assignments --------------------------------------------------------------

/// One that was on its way when this worker said goodbye goes back.
void worker_actor_impl::on(step_assignment& x) {
  if (phase_ == phase::leaving)
    return to_engine(step_completion{x.lease, completion_kind::not_begun});
  auto [i, is_new] = running_.try_emplace(key{number_, x.lease.number},
                                          std::make_shared<stop_signal>());
  if (!is_new)
    return;
  auto lease = x.lease;
  spawn<user_job, caf::hidden>(
    env_, env_.pool, worker_actor{this},
    [&place = place_, link = number_, stop = i->second,
     what = std::move(x)]() -> assignment_done {
      return {link, do_assignment(place, what, *stop)};
    },
    [link = number_, lease](const error& why) {
      return assignment_done{link, fail_assignment(lease, why.what())};
    });
}

/// One that is not known was never assigned: the engine is told, so that it
/// does not wait for it. If it has been done, that is known there by then.
void worker_actor_impl::on(const lease_stop& x) {
  auto i = running_.find(key{number_, x.lease.number});
  if (i != running_.end())
    ask_to_stop(i->second);
  else
    to_engine(step_completion{x.lease, completion_kind::not_begun});
}

void worker_actor_impl::on_done(assignment_done& x) {
  running_.erase(key{x.link, x.how.lease.number});
  if (link_ != nullptr && phase_ >= phase::serving) {
    if (x.link == number_)
      to_engine(std::move(x.how));
    else if (!draining_)
      to_engine(worker_slots{free_slots()});
  }
  leave_if_done();
}

/// Those that functions of lost links do not hold.
std::size_t worker_actor_impl::free_slots() const {
  auto is_of_lost = [this](auto& x) { return x.first.link != number_; };
  auto held = static_cast<std::size_t>(
    std::count_if(running_.begin(), running_.end(), is_of_lost));
  return profile_.slots > held ? profile_.slots - held : 0;
}

void worker_actor_impl::stop_functions() {
  for (auto& [of, stop] : running_)
    ask_to_stop(stop);
}

void worker_actor_impl::ask_to_stop(const std::shared_ptr<stop_signal>& x) {
  if (x->announce())
    spawn<stop_job, caf::hidden>(env_, x);
}

// -- its end ------------------------------------------------------------------

void worker_actor_impl::on_drain() {
  if (std::exchange(draining_, true))
    return;
  env_.log(log_level::info,
           fmt::format(R"(worker "{}" drains: it finishes {} steps)",
                       profile_.name, running_.size()));
  delayed_send(this, profile_.drain_time, hurry_atom::value);
  if (phase_ == phase::serving)
    to_engine(worker_slots{0});
  leave_if_done();
}

bool worker_actor_impl::has_current() const {
  return running_.lower_bound(key{number_, 0}) != running_.end();
}

void worker_actor_impl::leave_if_done() {
  if (!draining_ || has_current())
    return;
  if (phase_ == phase::serving)
    say_goodbye();
  else if (phase_ != phase::leaving)
    finish();
}

void worker_actor_impl::say_goodbye() {
  phase_ = phase::leaving;
  wake_in(profile_.answer_time);
  to_engine(leave_atom::value);
}

void worker_actor_impl::on(leave_atom) {
  if (phase_ == phase::leaving)
    finish();
}

void worker_actor_impl::on_hurry() {
  if (phase_ == phase::gone)
    return;
  if (!running_.empty())
    env_.log(log_level::warning,
             fmt::format(R"(worker "{}" leaves with {} steps under way, which )"
                         "others will do",
                         profile_.name, running_.size()));
  stop_functions();
  if (phase_ == phase::serving)
    say_goodbye();
  else
    finish();
}

void worker_actor_impl::finish() {
  if (std::exchange(phase_, phase::gone) == phase::gone)
    return;
  stop_functions();
  link_.reset();
  quit();
}

/// Logs it unless that was the last thing that was logged.
void worker_actor_impl::tell(log_level level, std::string text) {
  if (text == told_)
    return;
  env_.log(level, fmt::format(R"(worker "{}" {})", profile_.name, text));
  told_ = std::move(text);
}

} // namespace lightflow
