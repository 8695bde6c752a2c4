// SPDX-License-Identifier: MIT
#include "lightflow/caf/actor_step.hpp"

#include "actor_watch.hpp"
#include "attempt_performer.hpp"
#include "delegated_step_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// Has an actor of the user do an attempt.
class actor_step_actor : public delegated_step_actor {
public:
  actor_step_actor(caf::actor_config& cfg, runtime& env, process_actor process,
                   attempt what, caf::strong_actor_ptr doer, bool takes_stop)
      : delegated_step_actor(cfg, env, std::move(process), std::move(what)),
        doer_(std::move(doer)), takes_stop_(takes_stop) {}

  const char* name() const override {
    return "lightflow.actor_step";
  }

  void on_exit() override {
    watch_.reset();
    delegated_step_actor::on_exit();
  }

protected:
  caf::message_handler handlers() override {
    return [this](const watched_actor_ended& x) { on_ended(x.reason); };
  }

  void ask(step& self) override;
  void withdraw() override;

  std::string whom() const override {
    return "its actor";
  }

private:
  void on_answer(step_answer& x);
  void on_error(const caf::error& x);
  void on_ended(const caf::error& reason);
  void fail_with(std::string why);

  caf::strong_actor_ptr doer_;
  bool takes_stop_;
  std::optional<actor_watch::entry> watch_;
};

/// Watches first, so that the end of an actor is told before what it does not
/// answer.
void actor_step_actor::ask(step& self) {
  watch_.emplace(env().watch, doer_, *this);
  step_request asked{self};
  if (doer_->node() != system().node())
    asked = asked.for_another_node();
  request(caf::actor_cast<caf::actor>(doer_), caf::infinite, std::move(asked))
    .then([this](step_answer& x) { on_answer(x); },
          [this](caf::error& x) { on_error(x); });
}

void actor_step_actor::withdraw() {
  if (takes_stop_)
    caf::anon_send(caf::actor_cast<caf::actor>(doer_),
                   step_stop{what().process->step_id(what().view.plan().name),
                             what().number});
}

void actor_step_actor::on_answer(step_answer& x) {
  if (auto why = x.reason())
    return fail(problem::of(*std::move(why)), x.context());
  for (auto& [key, set] : x.context())
    if (is_lost(set))
      return fail_with(fmt::format(R"(what its actor set under "{}" did not )"
                                   "come: it is of type {}",
                                   key, set.type()));
  if (is_lost(x.returned()))
    return fail_with(
      fmt::format("what its actor returned did not come: it is of type {}",
                  x.returned().type()));
  succeed(x.returned(), x.context());
}

void actor_step_actor::on_error(const caf::error& x) {
  if (x == caf::sec::unexpected_message)
    fail_with("its actor does not take an lf::step_request");
  else if (x == caf::sec::unexpected_response)
    fail_with("its actor answered with something else than an "
              "lf::step_answer");
  else if (x == caf::sec::request_receiver_down)
    fail_with("its actor ended before it answered");
  else
    fail_with(system().render(x));
}

void actor_step_actor::on_ended(const caf::error& reason) {
  fail_with(reason ? fmt::format("its actor ended before it answered: {}",
                                 system().render(reason))
                   : std::string{"its actor ended before it answered"});
}

void actor_step_actor::fail_with(std::string why) {
  fail(problem::of(lightflow::fail(std::move(why))));
}

class actor_performer : public attempt_performer {
public:
  actor_performer(caf::strong_actor_ptr doer, bool takes_stop)
      : doer_(std::move(doer)), takes_stop_(takes_stop) {}

  void spawn(caf::local_actor& parent, runtime& env, process_actor process,
             attempt what) const override {
    parent.spawn<actor_step_actor, caf::hidden>(
      env, std::move(process), std::move(what), doer_, takes_stop_);
  }

private:
  caf::strong_actor_ptr doer_;
  bool takes_stop_;
};

} // namespace

std::shared_ptr<const performer>
detail::make_actor_performer(caf::strong_actor_ptr x, bool takes_stop) {
  if (x == nullptr)
    return nullptr;
  return std::make_shared<actor_performer>(std::move(x), takes_stop);
}

} // namespace lightflow
