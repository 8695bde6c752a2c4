// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/function.hpp"
#include "lightflow/core/fwd.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/value.hpp"

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace lightflow {

/// What runs when a step runs. Called on a thread of the engine's pool.
using step_function = std::function<result<value>(step&)>;

namespace detail {

template <class T>
struct is_result : std::false_type {};

template <class T>
struct is_result<result<T>> : std::true_type {};

} // namespace detail

/// What can be a step: takes a `step&` and returns nothing, a value, or a
/// `result` of either.
template <class F>
concept step_callable = shared_function<F, step&>;

/// Brings the return types that a step can have under one.
template <step_callable F>
step_function make_step_function(F f) {
  using returned = std::invoke_result_t<const F&, step&>;
  require_callable(f, "step");
  if constexpr (std::is_void_v<returned>) {
    return [f = std::move(f)](step& self) -> result<value> {
      f(self);
      return value{};
    };
  } else if constexpr (std::same_as<returned, result<void>>) {
    return [f = std::move(f)](step& self) -> result<value> {
      if (auto x = f(self); !x)
        return std::move(x.reason());
      return value{};
    };
  } else if constexpr (detail::is_result<returned>::value) {
    return [f = std::move(f)](step& self) -> result<value> {
      auto x = f(self);
      if (!x)
        return std::move(x.reason());
      return value{std::move(*x)};
    };
  } else if constexpr (std::same_as<returned, failure>) {
    return [f = std::move(f)](step& self) -> result<value> { return f(self); };
  } else {
    return [f = std::move(f)](step& self) -> result<value> {
      return value{f(self)};
    };
  }
}

} // namespace lightflow
