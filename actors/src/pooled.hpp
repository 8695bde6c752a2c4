// SPDX-License-Identifier: MIT
#pragma once

#include "handover.hpp"
#include "thread_pool.hpp"

#include <caf/actor_config.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

#include <utility>

namespace lightflow {

/// Has an actor's mailbox turn messages away. Who waits for an answer to those
/// that are in it is told the reason.
void close_mailbox(caf::scheduled_actor& self, const caf::error& reason);

/// The usual reason, made once.
const caf::error& receiver_is_down();

#if defined(__SANITIZE_THREAD__)
bool is_sent_by(const caf::mailbox_element& x, caf::actor_control_block* whom);
#endif

/// An actor class that runs on a thread pool instead of CAF's scheduler, or on
/// the latter if it is given no pool. `Base` is one of CAF's event-based
/// actors. It has no streams, and requests without time limits only.
template <class Base>
class pooled : public Base {
public:
  pooled(caf::actor_config& cfg, thread_pool* pool, job_kind kind)
      : Base(cfg), pool_(pool), kind_(kind) {}

  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit* host) override {
#if defined(__SANITIZE_THREAD__)
    if (is_sent_by(*x, this->ctrl()))
      take_over(this); // from CAF's clock, by its own thread
#endif
    hand_over(this);
    push(std::move(x), host);
    hand_over(this); // it may be destroyed once the sender lets go of it
  }

  void launch(caf::execution_unit* host, bool lazy, bool hide) override {
    hand_over(this);
    if (pool_ == nullptr)
      return Base::launch(host, lazy, hide);
    if (!hide)
      this->register_at_system();
    schedule();
  }

  /// As CAF does it for actors without streams, but does not tell the clock to
  /// cancel timeouts, which wakes its thread: there are none.
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    this->awaited_responses_.clear();
    this->multiplexed_responses_.clear();
    close_mailbox(*this, receiver_is_down());
    this->unregister_from_system();
    hand_over(this->ctrl()); // to who is told of its end
    auto result = caf::monitorable_actor::cleanup(std::move(reason), host);
    hand_over(this);
    return result;
  }

  /// Spares CAF the look whose actor its logger is at, if there is nothing to
  /// clean up.
  void on_destroy() override {
    take_over(this);
    if (!this->getf(caf::abstract_actor::is_cleaned_up_flag))
      Base::on_destroy();
  }

#if defined(__SANITIZE_THREAD__)
  caf::resumable::resume_result resume(caf::execution_unit* host,
                                       std::size_t max) override {
    take_over(this);
    if (!this->activate(host))
      return caf::resumable::done;
    hand_over(this);
    return Base::resume(host, max);
  }

  /// Called for each message. What a sender does with the message until it is
  /// in the mailbox shows by the mailbox, if that is looked at here.
  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    take_over(this);
    (void)this->mailbox().blocked();
    auto result = Base::consume(x);
    hand_over(this);
    return result;
  }

  void intrusive_ptr_release_impl() override {
    hand_over(this);
    Base::intrusive_ptr_release_impl();
  }
#endif

private:
  void push(caf::mailbox_element_ptr x, caf::execution_unit* host) {
    if (pool_ == nullptr)
      return Base::enqueue(std::move(x), host);
    auto id = x->mid;
    auto from = x->sender;
    switch (this->mailbox().push_back(std::move(x))) {
    case caf::intrusive::inbox_result::unblocked_reader:
      schedule();
      break;
    case caf::intrusive::inbox_result::queue_closed:
      if (id.is_request())
        caf::detail::sync_request_bouncer{
          caf::make_error(caf::sec::request_receiver_down)}(from, id);
      break;
    case caf::intrusive::inbox_result::success:
      break;
    }
  }

  void schedule() {
    caf::intrusive_ptr_add_ref(this->ctrl());
    pool_->enqueue(this, kind_);
  }

  thread_pool* pool_;
  job_kind kind_;
};

} // namespace lightflow
