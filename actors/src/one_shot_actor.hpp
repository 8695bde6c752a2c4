// SPDX-License-Identifier: MIT
#pragma once

#include "thread_pool.hpp"

#include <caf/actor_config.hpp>
#include <caf/behavior.hpp>
#include <caf/detail/type_list.hpp>
#include <caf/error.hpp>
#include <caf/execution_unit.hpp>
#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/response_type.hpp>
#include <caf/resumable.hpp>

#include <utility>

namespace lightflow {

struct runtime;

/// An actor that does one thing as soon as it gets a thread, and is gone. It
/// runs on a thread pool, or on CAF's scheduler if it is given no pool.
///
/// It has neither mailbox nor behaviour and sets no timeouts, which makes it a
/// fraction of the size of CAF's event-based actor, and cheaper to start and to
/// end. It may be linked to and monitored; what is sent to it is treated as if
/// it had left.
class one_shot_actor : public caf::local_actor, public caf::resumable {
public:
  using behavior_type = caf::behavior; // makes CAF give it a plain handle

  one_shot_actor(caf::actor_config& cfg, const runtime& env, thread_pool* pool,
                 job_kind kind = job_kind::user);

  void launch(caf::execution_unit* host, bool lazy, bool hide) final;
  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit* host) final;
  resume_result resume(caf::execution_unit* host, std::size_t) final;
  bool cleanup(caf::error&& reason, caf::execution_unit* host) final;
  void on_destroy() final;
  void intrusive_ptr_add_ref_impl() final;
  void intrusive_ptr_release_impl() final;

protected:
  /// Does the one thing. What it throws is logged, and nobody is told: so it
  /// throws only if it cannot even send a message.
  virtual void act() = 0;

  /// Sends a message. It names no sender, so that it does not keep this actor.
  template <class Receiver, class Message>
  void send(const Receiver& receiver, Message x) {
    using accepted = caf::response_type_unbox<caf::signatures_of_t<Receiver>,
                                              caf::detail::type_list<Message>>;
    static_assert(accepted::valid, "the receiver does not take this message");
    receiver->eq_impl(caf::make_message_id(), nullptr, context(), std::move(x));
  }

  const runtime& env() const noexcept {
    return env_;
  }

private:
  const runtime& env_;
  thread_pool* pool_;
  job_kind kind_;
};

} // namespace lightflow
