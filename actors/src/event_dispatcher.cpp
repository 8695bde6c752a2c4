// SPDX-License-Identifier: MIT
#include "event_dispatcher.hpp"

#include "user_job.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// Gives an event to the handlers of a chain, until one does not keep on.
void run_handlers(runtime& env, const std::vector<event_handler>& chain,
                  const event& x) {
  running_functions::entry running{env.functions, x};
  for (auto& handler : chain) {
    auto [keep_on, trouble]
      = call_guarded([&] { return result<bool>{handler(x)}; });
    if (trouble)
      env.log(log_level::error, fmt::format("a handler of event {} {}", x.id,
                                            trouble->describe()));
    if (trouble || !*keep_on)
      return;
  }
}

} // namespace

event_dispatcher_impl::event_dispatcher_impl(caf::actor_config& cfg,
                                             runtime& env, event_queue& queue,
                                             const event_options& options)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env), queue_(queue),
      options_(options) {
  env_.log_defects_of(*this, [] { return "the event dispatcher"; });
}

event_dispatcher_impl::behavior_type event_dispatcher_impl::make_behavior() {
  return {
    [this](wake_atom) { advance(); },
    [this](const event_handled& x) { on_handled(x); },
    [this](tick_atom) { on_tick(); },
    [this](close_atom) {
      closing_ = true;
      advance();
    },
  };
}

void event_dispatcher_impl::advance() {
  if (!discarding_ && under_way_ < env_.event_threads())
    handle_discarded();
  while (has_place()) {
    auto next = queue_.pop();
    if (next == nullptr)
      break;
    handle(std::move(next));
  }
  expect_overdue();
  if (closing_ && under_way_ == 0)
    quit();
}

/// Overdue chains give up their place, but not their thread.
bool event_dispatcher_impl::has_place() const {
  auto in_time = in_time_.size() - (discarding_ ? 1 : 0);
  return in_time < options_.handlers_at_once()
         && under_way_ < env_.event_threads();
}

void event_dispatcher_impl::handle(event_queue::event_ptr x) {
  start([&env = env_, &queue = queue_, &options = options_, x = std::move(x)] {
    if (options.logs(x->stage))
      env.log(x->level == event_level::panic ? log_level::error
                                             : log_level::warning,
              to_string(*x));
    run_handlers(env, options.chain(x->stage), *x);
    queue.count_handled();
  });
}

void event_dispatcher_impl::handle_discarded() {
  auto xs = queue_.take_discarded();
  if (xs.empty())
    return;
  discarding_ = next_number_;
  start([&env = env_, &options = options_, xs = std::move(xs)] {
    if (options.logs(xs.back()->stage))
      env.log(log_level::warning,
              fmt::format("{} events found no place in the queue of {}, the "
                          "last of them: {}",
                          xs.size(), options.capacity(),
                          to_string(*xs.back())));
    for (auto& x : xs)
      run_handlers(env, options.discard_chain(), *x);
  });
}

/// Events have threads of their own, so that handlers which block take none
/// from steps; they are made for the first event.
template <class Work>
void event_dispatcher_impl::start(Work work) {
  auto number = next_number_++;
  in_time_.emplace(number, env_.now());
  ++under_way_;
  event_handled end{number};
  spawn<user_job, caf::hidden>(
    env_, env_.event_pool(), event_dispatcher{this},
    [end, work = std::move(work)] {
      work();
      return end;
    },
    [end](const error&) { return end; });
}

void event_dispatcher_impl::on_handled(const event_handled& x) {
  --under_way_;
  in_time_.erase(x.number);
  if (discarding_ == x.number)
    discarding_.reset();
  advance();
}

/// Chains that take too long make place for others.
void event_dispatcher_impl::on_tick() {
  expecting_ = false;
  auto latest = env_.now() - options_.time_limit();
  auto overdue
    = std::erase_if(in_time_, [&](auto& x) { return x.second <= latest; });
  if (discarding_ && !in_time_.contains(*discarding_))
    discarding_.reset();
  if (overdue > 0)
    env_.log(log_level::warning,
             fmt::format("{} chains of event handlers have taken longer than "
                         "{}; others take their place",
                         overdue, describe(options_.time_limit())));
  advance();
}

/// Has this actor woken when the oldest chain becomes overdue.
void event_dispatcher_impl::expect_overdue() {
  if (in_time_.empty() || std::exchange(expecting_, true))
    return;
  auto due = later(in_time_.begin()->second, options_.time_limit());
  constexpr duration longest = std::chrono::hours{24}; // what CAF can add up
  delayed_send(this, std::clamp(due - env_.now(), duration::zero(), longest),
               tick_atom::value);
}

} // namespace lightflow
