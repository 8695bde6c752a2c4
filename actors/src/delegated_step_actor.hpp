// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/step.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include "actors.hpp"
#include "attempt_runner.hpp"
#include "pooled.hpp"
#include "runtime.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/event_based_actor.hpp>

#include <optional>
#include <stop_token>
#include <string>

namespace lightflow {

/// Does one attempt of a step whose function is done elsewhere: does what comes
/// before the function, asks for it, waits for the answer without holding a
/// thread, does what comes after, tells the process how it ended, and leaves.
///
/// A derived class says how to ask, in `ask`, and ends the wait with one of
/// `succeed`, `fail` and `lose` when it hears of the end, in any of its message
/// handlers or in `ask` itself. What comes after the first of them changes
/// nothing. While it waits it is told of nothing but a stop: the attempt then
/// ends at once.
class delegated_step_actor : public pooled<caf::event_based_actor> {
public:
  delegated_step_actor(caf::actor_config& cfg, runtime& env,
                       process_actor process, attempt what);

  const char* name() const override {
    return "lightflow.delegated_step";
  }

  void on_exit() override;

protected:
  caf::behavior make_behavior() final;

  /// What it takes besides what the waiting needs.
  virtual caf::message_handler handlers() {
    return {};
  }

  /// Asks for the function of this step. What it throws is the failure of the
  /// attempt.
  virtual void ask(step& self) = 0;

  /// The step was asked to stop: the answer is not wanted any more.
  virtual void withdraw() {}

  /// For messages: what the step waits for, such as "its actor".
  virtual std::string whom() const = 0;

  // -- how the function ended -------------------------------------------------

  /// It returned this, or nothing, and set that. Fails if that cannot be kept.
  void succeed(value returned, const writes& context);

  /// It failed or threw, after it had set that.
  void fail(const problem& x, const writes& context = {});

  /// Who did it is gone, through no fault of the step's own: it is tried again
  /// without that being counted, unless that has happened too often.
  void lose(const std::string& why);

  const attempt& what() const {
    return runner_->what();
  }

  runtime& env() noexcept {
    return env_;
  }

private:
  struct stop_sender {
    delegated_step_actor* self;
    void operator()() const;
  };

  bool begin();
  void wait();
  void on_stop();

  /// Ends the wait: `tell` tells the runner how the function ended.
  template <class F>
  void end(F tell);
  void leave();
  void send_end();

  runtime& env_;
  std::optional<open_attempts::entry> open_;
  process_actor process_;
  /// This actor, while it waits: maybe nobody else has a handle of it then.
  caf::strong_actor_ptr self_;
  std::optional<attempt_runner> runner_; // nothing once it has ended
  std::optional<std::stop_callback<stop_sender>> on_stop_;
};

/// Starts an attempt of a delegated step.
void spawn_delegated(caf::local_actor& parent, runtime& env,
                     process_actor process, attempt what);

} // namespace lightflow
