// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/run_summary.hpp"

#include <string>
#include <string_view>

namespace lightflow {

/// All of a summary but the id of its run, which is its key.
std::string encode_summary(const run_summary& x);

/// Throws lightflow::error with error_code::bad_encoding.
run_summary decode_summary(std::string_view id, std::string_view bytes);

} // namespace lightflow
