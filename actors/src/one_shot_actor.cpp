// SPDX-License-Identifier: MIT
#include "one_shot_actor.hpp"

#include "handover.hpp"
#include "runtime.hpp"

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace lightflow {

one_shot_actor::one_shot_actor(caf::actor_config& cfg, const runtime& env,
                               thread_pool* pool, job_kind kind)
    : local_actor(cfg), env_(env), pool_(pool), kind_(kind) {}

void one_shot_actor::launch(caf::execution_unit* host, bool, bool hide) {
  if (!hide)
    register_at_system();
  hand_over(this);
  intrusive_ptr_add_ref_impl();
  if (pool_ != nullptr)
    pool_->enqueue(this, kind_);
  else
    host->exec_later(this);
}

void one_shot_actor::enqueue(caf::mailbox_element_ptr x, caf::execution_unit*) {
  bounce(x, caf::make_error(caf::sec::request_receiver_down));
}

caf::resumable::resume_result one_shot_actor::resume(caf::execution_unit* host,
                                                     std::size_t) {
  take_over(this);
  context(host);
  caf::error reason;
  try {
    act();
  } catch (...) {
    reason = caf::exit_reason::unhandled_exception;
    env_.log_defect(name(), std::current_exception());
  }
  cleanup(std::move(reason), host);
  return done;
}

/// As `local_actor` does it, but does not tell the clock to cancel timeouts,
/// which wakes a thread.
bool one_shot_actor::cleanup(caf::error&& reason, caf::execution_unit* host) {
  unregister_from_system();
  return monitorable_actor::cleanup(std::move(reason), host);
}

/// Spares CAF the look whose actor its logger is at, if there is nothing to
/// clean up.
void one_shot_actor::on_destroy() {
  take_over(this);
  if (!getf(is_cleaned_up_flag))
    local_actor::on_destroy();
}

void one_shot_actor::intrusive_ptr_add_ref_impl() {
  caf::intrusive_ptr_add_ref(ctrl());
}

void one_shot_actor::intrusive_ptr_release_impl() {
  hand_over(this);
  caf::intrusive_ptr_release(ctrl());
}

} // namespace lightflow
