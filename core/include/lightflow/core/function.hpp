// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"

#include <string>
#include <type_traits>

namespace lightflow {

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
