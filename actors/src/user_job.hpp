// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"

#include "one_shot_actor.hpp"
#include "runtime.hpp"
#include "thread_pool.hpp"

#include <exception>
#include <functional>
#include <utility>

namespace lightflow {

/// Runs code of the user that belongs to a process or a run, such as callbacks:
/// does one thing as soon as it gets a thread, sends one message, and leaves.
class user_job : public one_shot_actor {
public:
  /// `work()` runs, then what it gives is sent to `receiver`. Exceptions of the
  /// user are caught where they arise, so that one which comes out of `work` is
  /// a defect, or an error of the journal; `otherwise(error)` gives what is
  /// sent then, since the receiver waits for it.
  template <class Receiver, class Work, class Otherwise>
  user_job(caf::actor_config& cfg, const runtime& env, thread_pool* pool,
           Receiver receiver, Work work, Otherwise otherwise)
      : one_shot_actor(cfg, env, pool),
        run_([this, receiver = std::move(receiver), work = std::move(work),
              otherwise = std::move(otherwise)] {
          send(receiver, outcome_of(work, otherwise));
        }) {}

  const char* name() const override {
    return "lightflow.user_job";
  }

protected:
  void act() override {
    run_();
  }

private:
  template <class Work, class Otherwise>
  auto outcome_of(const Work& work, const Otherwise& otherwise) const
    -> decltype(work()) {
    thread_pool::user_code in_user_code;
    try {
      return work();
    } catch (const error& e) {
      return otherwise(e);
    } catch (const std::exception& e) {
      env().log_defect("a job of the engine", std::current_exception());
      return otherwise({error_code::internal, e.what()});
    } catch (...) {
      env().log_defect("a job of the engine", std::current_exception());
      return otherwise({error_code::internal, "an exception of unknown type"});
    }
  }

  std::function<void()> run_;
};

} // namespace lightflow
