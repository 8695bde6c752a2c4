// SPDX-License-Identifier: MIT
#include "stop_job.hpp"

#include "runtime.hpp"

#include <utility>

namespace lightflow {

/// Gets a thread as supervision does: those for code of the user may all be
/// held by steps that wait to be asked.
stop_job::stop_job(caf::actor_config& cfg, const runtime& env,
                   std::shared_ptr<stop_signal> signal)
    : one_shot_actor(cfg, env, env.pool, job_kind::supervision),
      signal_(std::move(signal)) {}

void stop_job::act() {
  thread_pool::user_code in_user_code;
  signal_->tell();
}

} // namespace lightflow
