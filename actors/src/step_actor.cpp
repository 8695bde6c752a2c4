// SPDX-License-Identifier: MIT
#include "step_actor.hpp"

#include <utility>

namespace lightflow {

step_actor_impl::step_actor_impl(caf::actor_config& cfg, runtime& env,
                                 process_actor process, attempt what)
    : one_shot_actor(cfg, env, env.pool), env_(env),
      process_(std::move(process)), attempt_(std::move(what)) {}

/// The process is told in any case.
void step_actor_impl::act() {
  attempt_name who{attempt_};
  attempt_ended end{};
  try {
    end = run();
  } catch (...) {
    end = end_by_defect(env_, who);
  }
  send(process_, std::move(end));
}

attempt_ended step_actor_impl::run() {
  auto now = env_.now();
  attempt_runner runner{env_, std::move(attempt_), now};
  {
    thread_pool::user_code in_user_code;
    running_functions::entry running{env_.functions, runner.self()};
    if (runner.begin(now))
      call(runner);
    runner.conclude();
  }
  return runner.take_end();
}

/// Runs the function of the user, which may do and throw anything.
void step_actor_impl::call(attempt_runner& runner) {
  auto& function = runner.what().view.plan().function;
  auto [returned, trouble]
    = call_guarded([&] { return function(runner.self()); });
  if (trouble)
    runner.fail(*trouble);
  else
    runner.succeed(*std::move(returned));
}

} // namespace lightflow
