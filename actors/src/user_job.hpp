// SPDX-License-Identifier: MIT
#pragma once

#include "one_shot_actor.hpp"
#include "thread_pool.hpp"

#include <functional>
#include <utility>

namespace lightflow {

/// Runs code of the user that belongs to a process or a run, such as callbacks:
/// does one thing as soon as it gets a thread, sends one message, and leaves.
class user_job : public one_shot_actor {
public:
  /// `work()` runs, then what it gives is sent to `receiver`.
  template <class Receiver, class Work>
  user_job(caf::actor_config& cfg, thread_pool* pool, Receiver receiver,
           Work work)
      : one_shot_actor(cfg, pool),
        run_([this, receiver = std::move(receiver), work = std::move(work)] {
          send(receiver, call_user_code(work));
        }) {}

  const char* name() const override {
    return "lightflow.user_job";
  }

protected:
  void act() override {
    run_();
  }

private:
  template <class Work>
  static auto call_user_code(const Work& work) {
    thread_pool::user_code in_user_code;
    return work();
  }

  std::function<void()> run_;
};

} // namespace lightflow
