// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/report.hpp"

#include <string>
#include <vector>

namespace lightflow::testing {

/// How a run ended, a line for each status, result, and value of these keys:
/// without what differs when there were crashes on the way, such as times and
/// numbers of attempts.
std::string describe_outcome(const run_report& x,
                             const std::vector<std::string>& keys);

} // namespace lightflow::testing
