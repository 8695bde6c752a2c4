// SPDX-License-Identifier: MIT
#include "lightflow/core/callback.hpp"

#include <fmt/format.h>

namespace lightflow {

std::string_view to_string(callback_scope x) {
  static constexpr std::string_view names[] = {"defaults", "flow", "process"};
  return names[static_cast<std::size_t>(x)];
}

std::string_view to_string(callback_moment x) {
  return x == callback_moment::before ? "before" : "after";
}

std::string describe_callback_failure(callback_moment moment,
                                      callback_position at, const problem& x) {
  return fmt::format("callback {} of the {} that runs {} it {}", at.index + 1,
                     to_string(at.scope), to_string(moment), x.describe());
}

} // namespace lightflow
