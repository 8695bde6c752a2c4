// SPDX-License-Identifier: MIT
#include "front_actor.hpp"

#include "lightflow/core/name.hpp"

#include "engine_core.hpp"
#include "user_job.hpp"
#include "worker_access.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace lightflow {

namespace {

constexpr std::uint32_t max_list = 10'000;

} // namespace

front_actor_impl::front_actor_impl(caf::actor_config& cfg, runtime& env,
                                   engine_core& core, engine_actor engine)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env), core_(core),
      engine_(std::move(engine)) {
  // Messages of others are no reason to end, except those that CAF has for it.
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_down_handler([this](const caf::down_msg& x) { on_down(x); });
  env_.log_defects_of(*this, [] { return "the front of the engine"; });
}

front_actor_impl::behavior_type front_actor_impl::make_behavior() {
  using namespace messages;
  return {
    [this](messages::start& x) {
      return serve<run_status>([&](auto to) { start(x, to); });
    },
    [this](messages::run& x) {
      return serve<run_status>([&](auto to) { run(x, to); });
    },
    [this](const messages::wait& x) {
      return serve<run_status>([&](auto to) { wait(x, to); });
    },
    [this](const messages::recover& x) {
      return serve<run_status>([&](auto to) { recover(x, to); });
    },
    [this](const messages::look& x) {
      return serve<run_status>([&](auto to) { look(x, to); });
    },
    [this](const messages::pause& x) {
      return serve<bool>(
        [&](auto to) { direct(control_action::pause, x.id, x.process, to); });
    },
    [this](const messages::resume& x) {
      return serve<bool>(
        [&](auto to) { direct(control_action::resume, x.id, x.process, to); });
    },
    [this](const messages::stop& x) {
      return serve<bool>(
        [&](auto to) { direct(control_action::stop, x.id, x.process, to); });
    },
    [this](const messages::list& x) {
      return serve<run_list>([&](auto to) { list(x, to); });
    },
    [this](const messages::forget& x) {
      return serve<bool>([&](auto to) { forget(x, to); });
    },
    [this](const messages::subscribe& x) { return subscribe(x); },
    [this](const messages::unsubscribe& x) { return unsubscribe(x); },
    [this](const worker_hello& x) { pass_on(x); },
    [this](const run_decided& x) { on_decided(x); },
    [this](runs_listed& x) { on_listed(x); },
    [this](const notice& x) { on_notice(x); },
    [this](close_front) {
      closed_ = true;
      quit(caf::exit_reason::user_shutdown);
    },
  };
}

// -- its end ------------------------------------------------------------------

/// Who waits in the mailbox is told, too.
bool front_actor_impl::cleanup(caf::error&& reason, caf::execution_unit* host) {
  close_mailbox(*this, to_caf(engine_is_closed()));
  return pooled::cleanup(std::move(reason), host);
}

/// If it was not closed by the engine, it closes the engine.
void front_actor_impl::on_exit() {
  env_.notices->watch(false);
  waits_.clear();
  lists_.clear();
  for (auto& [number, refuse] : std::exchange(open_, {}))
    refuse(engine_is_closed());
  if (!closed_) {
    core_.begins_to_close();
    anon_send(engine_, close_atom::value);
  }
  engine_ = nullptr;
}

/// As if the worker had sent it there.
void front_actor_impl::pass_on(const worker_hello& x) {
  if (auto worker = current_sender())
    caf::send_as(caf::actor_cast<caf::actor>(worker), env_.workers->queue, x);
}

// -- the journal --------------------------------------------------------------

void front_actor_impl::list(const messages::list& x,
                            reply<messages::run_list> to) {
  core_.require_journal();
  if (x.condition > run_condition::finished
      || (!x.after.empty() && !is_valid_name(x.after)))
    throw error(error_code::bad_request,
                "runs are listed by a condition that there is, after the id "
                "of a run");
  lists_.emplace(to.number, to);
  auto read = [from = env_.journal->source.from, x,
               number = to.number]() -> runs_listed {
    auto limit = std::min(x.limit, max_list);
    return {number, from->list(x.condition, x.after, limit), {}};
  };
  spawn<user_job, caf::hidden>(env_, env_.pool, front_actor{this},
                               std::move(read),
                               [number = to.number](const error& why) {
                                 return runs_listed{number, {}, why};
                               });
}

void front_actor_impl::on_listed(runs_listed& x) {
  auto to = std::move(lists_.extract(x.request).mapped());
  if (x.refusal)
    to.fail(*x.refusal);
  else
    to.deliver({std::move(x.runs)});
}

void front_actor_impl::forget(const messages::forget& x, reply<bool> to) {
  if (!is_valid_name(x.id))
    throw unknown_run(x.id);
  ask<forget_answer>(
    to,
    [to, id = x.id](forget_answer answer) mutable {
      if (answer == forget_answer::lost)
        throw not_removed(id);
      to.deliver(answer == forget_answer::done);
    },
    erase_run{x.id});
}

} // namespace lightflow
