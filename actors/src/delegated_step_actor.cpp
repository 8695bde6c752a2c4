// SPDX-License-Identifier: MIT
#include "delegated_step_actor.hpp"

#include "attempt_performer.hpp"
#include "remote_step_actor.hpp"

#include <caf/send.hpp>

#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

using stop_atom = caf::atom_constant<caf::atom("stop")>;

} // namespace

delegated_step_actor::delegated_step_actor(caf::actor_config& cfg, runtime& env,
                                           process_actor process, attempt what)
    : pooled(cfg, env.pool, job_kind::user), env_(env),
      process_(std::move(process)) {
  open_.emplace(env.open);
  runner_.emplace(env, std::move(what), env.now());
  set_default_handler(caf::drop);
  env_.log_defects_of(*this, [this] {
    return runner_ ? fmt::format(R"(step "{}")", runner_->self().id())
                   : std::string{name()};
  });
}

/// The process is told, also if this actor died of a defect.
void delegated_step_actor::on_exit() {
  on_stop_.reset();
  if (runner_) {
    runner_->abort();
    send_end();
  }
  process_ = nullptr;
  self_ = nullptr;
  open_.reset(); // the engine may be gone from here on
}

caf::behavior delegated_step_actor::make_behavior() {
  if (begin())
    wait();
  else
    leave();
  if (!runner_)
    return {};
  return handlers().or_else([this](stop_atom) { on_stop(); });
}

/// Gives whether there is something to wait for.
bool delegated_step_actor::begin() {
  thread_pool::user_code in_user_code;
  running_functions::entry running{env_.functions, runner_->self()};
  if (runner_->begin(env_.now()))
    return true;
  runner_->conclude();
  return false;
}

void delegated_step_actor::wait() {
  self_ = ctrl();
  auto stop = runner_->self().stop_token();
  on_stop_.emplace(stop, stop_sender{this});
  if (what().shared->stop.is_requested())
    return; // a message says so
  auto trouble = call_guarded([this] {
    ask(runner_->self());
    return result<>{};
  });
  if (trouble)
    fail(*trouble);
}

/// Called in any thread, while the actor waits.
void delegated_step_actor::stop_sender::operator()() const {
  caf::anon_send(caf::actor_cast<caf::actor>(self), stop_atom::value);
}

void delegated_step_actor::on_stop() {
  if (!runner_)
    return;
  withdraw();
  end([this](attempt_runner& x) {
    x.stop("was asked to stop while it waited for " + whom());
  });
}

// -- the end ------------------------------------------------------------------

template <class F>
void delegated_step_actor::end(F tell) {
  if (!runner_)
    return;
  on_stop_.reset();
  {
    thread_pool::user_code in_user_code;
    running_functions::entry running{env_.functions, runner_->self()};
    tell(*runner_);
    runner_->conclude();
  }
  leave();
}

void delegated_step_actor::succeed(value returned, const writes& context) {
  end([&](attempt_runner& x) {
    auto trouble = call_guarded([&] {
      for (auto& [key, set] : context)
        x.self().set(key, set);
      return result<>{};
    });
    if (trouble)
      x.fail(*trouble);
    else
      x.succeed(std::move(returned));
  });
}

void delegated_step_actor::fail(const problem& why, const writes& context) {
  end([&](attempt_runner& x) {
    for (auto& [key, set] : context)
      (void)call_guarded([&x, &key = key, &set = set] {
        x.self().set(key, set);
        return result<>{};
      });
    x.fail(why);
  });
}

void delegated_step_actor::lose(const std::string& why) {
  end([&](attempt_runner& x) { x.lose(why); });
}

void delegated_step_actor::leave() {
  send_end();
  quit();
}

void delegated_step_actor::send_end() {
  caf::anon_send(process_, runner_->take_end());
  runner_.reset();
}

void spawn_delegated(caf::local_actor& parent, runtime& env,
                     process_actor process, attempt what) {
  auto by = what.view.plan().delegated->performer;
  if (by != nullptr)
    dynamic_cast<const attempt_performer&>(*by).spawn(
      parent, env, std::move(process), std::move(what));
  else
    parent.spawn<remote_step_actor, caf::hidden>(env, std::move(process),
                                                 std::move(what));
}

} // namespace lightflow
