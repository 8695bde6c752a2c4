// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf/step_messages.hpp"
#include "lightflow/core/performer.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/detail/type_list.hpp>
#include <caf/replies_to.hpp>
#include <caf/response_type.hpp>
#include <caf/typed_actor.hpp>

#include <memory>
#include <utility>

// With this header, an actor can be a step:
// `process.step("charge", payment_actor)`. See docs/actor_steps.md.

namespace lightflow {

/// An actor that does steps; any interface that takes a step_request will do.
using step_doing_actor
  = caf::typed_actor<caf::replies_to<step_request>::with<step_answer>>;

/// One that is also told when an answer is not wanted any more.
using stoppable_step_doing_actor
  = step_doing_actor::extend<caf::reacts_to<step_stop>>;

/// Says of an actor without an interface that it takes step_stop.
struct stoppable {
  caf::actor handle;
};

namespace detail {

/// Null for a null handle.
std::shared_ptr<const performer> make_actor_performer(caf::strong_actor_ptr x,
                                                      bool takes_stop);

template <class Handle, class Message>
using response_to = caf::response_type_unbox<typename Handle::signatures,
                                             caf::detail::type_list<Message>>;

template <class Handle>
concept takes_step_request
  = response_to<Handle, step_request>::valid && std::same_as<
    typename response_to<Handle, step_request>::type,
    caf::detail::type_list<step_answer>>;

} // namespace detail

template <>
struct performer_traits<caf::actor> {
  static std::shared_ptr<const performer> make(const caf::actor& x) {
    return detail::make_actor_performer(
      caf::actor_cast<caf::strong_actor_ptr>(x), false);
  }
};

template <>
struct performer_traits<stoppable> {
  static std::shared_ptr<const performer> make(const stoppable& x) {
    return detail::make_actor_performer(
      caf::actor_cast<caf::strong_actor_ptr>(x.handle), true);
  }
};

template <class... Signatures>
  requires detail::takes_step_request<caf::typed_actor<Signatures...>>
struct performer_traits<caf::typed_actor<Signatures...>> {
  using handle = caf::typed_actor<Signatures...>;

  static std::shared_ptr<const performer> make(const handle& x) {
    return detail::make_actor_performer(
      caf::actor_cast<caf::strong_actor_ptr>(x),
      detail::response_to<handle, step_stop>::valid);
  }
};

} // namespace lightflow
