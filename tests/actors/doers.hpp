// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf/actor_step.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

// Actors that do steps.

namespace lightflow::tests {

/// Answers at once.
inline caf::actor spawn_doer(caf::actor_system& system,
                             std::function<step_answer(step_request&)> f) {
  return system.spawn([f = std::move(f)](caf::event_based_actor*) {
    return caf::behavior{[f](step_request& x) { return f(x); }};
  });
}

/// What an actor was asked that answers when it is told to.
struct inbox {
  using promise = caf::typed_response_promise<step_answer>;

  /// Has the actor answer a request, also once more.
  void answer(std::size_t i, step_answer x) const {
    caf::anon_send(doer, std::uint64_t{i}, std::move(x));
  }

  caf::actor doer;

  std::vector<step_request> requests;
  std::vector<promise> promises;
  std::vector<std::string> stops; // "step id, attempt"
};

inline caf::actor spawn_waiting_doer(caf::actor_system& system, inbox& to) {
  to.doer = system.spawn([&to](caf::event_based_actor* self) {
    return caf::behavior{
      [&to, self](step_request& x) {
        to.requests.push_back(x);
        return to.promises.emplace_back(
          self->make_response_promise<inbox::promise>());
      },
      [&to](std::uint64_t i, step_answer& x) {
        auto promise = to.promises.at(i);
        promise.deliver(std::move(x));
      },
      [&to](const step_stop& x) {
        to.stops.push_back(x.step_id + ", " + std::to_string(x.attempt));
      },
    };
  });
  return to.doer;
}

} // namespace lightflow::tests
