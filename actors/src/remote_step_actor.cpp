// SPDX-License-Identifier: MIT
#include "remote_step_actor.hpp"

#include "assignment.hpp"
#include "worker_access.hpp"

#include <caf/send.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// How a function failed on a worker, as if it had failed here.
problem problem_of(step_completion& x) {
  auto what = problem::of(fail(std::move(x.error)));
  if (x.kind == completion_kind::threw)
    what.exception = std::make_exception_ptr(std::runtime_error{what.message});
  return what;
}

} // namespace

void remote_step_actor::on_exit() {
  withdraw();
  delegated_step_actor::on_exit();
}

caf::message_handler remote_step_actor::handlers() {
  return {
    [this](const lease_granted& x) { on_granted(x); },
    [this](step_completion& x) { on_completion(x); },
    [this](const lease_lost& x) {
      wishes_ = false;
      lose(x.reason);
    },
  };
}

void remote_step_actor::ask(step& self) {
  step_ = &self;
  wish();
}

void remote_step_actor::wish() {
  auto& place = what();
  auto& label = place.view.plan().delegated->label;
  auto& access = *env().workers;
  worker_.clear();
  wishes_ = true;
  place.shared->set_waits_for_worker(true);
  request(access.queue, caf::infinite,
          lease_wish{{label, access.definition_of(step_->flow_name())},
                     place.process,
                     step_->name()})
    .then([] {}, [this](const caf::error&) { on_refused(); });
}

/// There is no queue any more.
void remote_step_actor::on_refused() {
  if (std::exchange(wishes_, false))
    fail(problem::of(lightflow::fail(
      "cannot run on a worker: the engine's queue for workers died")));
}

void remote_step_actor::withdraw() {
  if (std::exchange(wishes_, false))
    send(env().workers->queue, withdraw_atom::value);
}

std::string remote_step_actor::whom() const {
  return worker_.empty() ? "a worker" : fmt::format(R"(worker "{}")", worker_);
}

/// Codecs of the user run in this. The assignment names no sender, so that the
/// worker's node need not know this actor.
void remote_step_actor::on_granted(const lease_granted& x) {
  if (!wishes_)
    return;
  worker_ = x.worker;
  what().shared->set_waits_for_worker(false);
  auto& access = *env().workers;
  auto [assignment, trouble] = call_guarded([&]() -> result<step_assignment> {
    thread_pool::user_code in_user_code;
    try {
      return make_assignment(*step_, x.lease,
                             access.definition_of(step_->flow_name()),
                             access.value_limit);
    } catch (const error& e) {
      return lightflow::fail(e.what());
    }
  });
  if (trouble) {
    withdraw();
    return fail(*trouble);
  }
  caf::anon_send(x.peer, *std::move(assignment));
}

void remote_step_actor::on_completion(step_completion& x) {
  if (!std::exchange(wishes_, false))
    return;
  switch (x.kind) {
  case completion_kind::success:
    return succeed(from_sent(std::move(x.result)),
                   decode(std::move(x.context)));
  case completion_kind::not_begun:
    return wish();
  default:
    return fail(problem_of(x), decode(std::move(x.context)));
  }
}

} // namespace lightflow
