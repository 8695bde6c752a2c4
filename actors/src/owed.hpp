// SPDX-License-Identifier: MIT
#pragma once

#include <caf/delegated.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <utility>

namespace lightflow {

/// The answer to a request, which an actor owes whoever sent it. It cannot be
/// forgotten: what nobody gave by the time that the last copy is gone is given
/// then, be it that an actor left early or died. CAF would let the sender wait
/// for ever.
///
/// It keeps its actor, so whoever has one as a member lets go of it in
/// `on_exit`. Used by its actor only.
template <class T>
class owed {
public:
  /// @param self the actor, while it handles the request
  /// @param otherwise what is given if nothing else is
  template <class Self>
  owed(Self& self, T otherwise)
      : debt_(std::make_shared<debt>(
        self.template make_response_promise<promise>(), std::move(otherwise))) {
  }

  /// Only the first answer counts.
  void deliver(T x) const {
    if (debt_->to.pending())
      debt_->to.deliver(std::move(x));
  }

  /// What the handler of the request returns.
  caf::delegated<T> given_later() const {
    return {};
  }

private:
  using promise = caf::typed_response_promise<T>;

  struct debt {
    debt(promise to_whom, T x)
        : to(std::move(to_whom)), otherwise(std::move(x)) {}

    debt(const debt&) = delete;
    debt& operator=(const debt&) = delete;

    ~debt() {
      if (to.pending())
        to.deliver(std::move(otherwise));
    }

    promise to;
    T otherwise;
  };

  std::shared_ptr<debt> debt_;
};

} // namespace lightflow
