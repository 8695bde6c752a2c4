// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/performer.hpp"
#include "lightflow/core/step_function.hpp"

#include <utility>

namespace lightflow {

/// What a step does, and where.
struct step_body {
  step_function function; // empty: a performer does it
  delegation delegated = {};

  /// Whether it is done by somebody else than the engine.
  bool is_delegated() const {
    return delegated.performer != nullptr || !delegated.label.empty();
  }

  /// Whether somebody or something does it.
  bool has_doer() const {
    return function != nullptr || delegated.performer != nullptr;
  }
};

/// What can be a step: a function, or what does it in place of one.
template <class T>
concept step_doable = step_callable<T> || performable<T>;

template <step_doable T>
step_body make_step_body(T x) {
  if constexpr (step_callable<T>)
    return {make_step_function(std::move(x))};
  else
    return {nullptr, {performer_traits<T>::make(std::move(x)), {}, {}}};
}

} // namespace lightflow
