// SPDX-License-Identifier: MIT
#include "option_times.hpp"

#include "lightflow/core/error.hpp"

#include <chrono>

#include <fmt/format.h>

namespace lightflow {

void require_time(std::string_view option, duration x, duration least) {
  constexpr duration most = std::chrono::hours{24};
  if (x < least || x > most)
    throw error(error_code::bad_request,
                fmt::format("{} is {}: use a time from {} to {}", option,
                            describe(x), describe(least), describe(most)));
}

} // namespace lightflow
