// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"

#include <concepts>
#include <string>
#include <type_traits>

namespace lightflow {

/// What definitions are made of: runs call it at once, on any thread. So it has
/// to be callable as const, and what it captures by value stays as it is.
template <class F, class... Arguments>
concept shared_function
  = std::copy_constructible<F> && std::invocable<const F&, Arguments...>;

/// Throws definition_error if `f` is a null pointer or an empty std::function.
template <class F>
void require_callable(const F& f, const char* what) {
  if constexpr (std::is_constructible_v<bool, const F&>) {
    if (!static_cast<bool>(f))
      throw definition_error(std::string{"an empty function cannot be a "}
                             + what);
  }
}

} // namespace lightflow
