// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/time.hpp"

#include <string_view>

namespace lightflow {

/// Throws lightflow::error with error_code::bad_request, naming the option,
/// unless a time is from `least` to a day, with which clocks can count.
void require_time(std::string_view option, duration x, duration least);

} // namespace lightflow
