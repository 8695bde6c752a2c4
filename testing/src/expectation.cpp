// SPDX-License-Identifier: MIT
#include "lightflow/testing/expectation.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow::testing {

broken_expectation::broken_expectation(const std::string& what,
                                       std::string circumstances,
                                       std::string trace)
    : std::runtime_error(fmt::format("{}\nwith {}\nwhat happened:\n{}", what,
                                     circumstances, trace)),
      circumstances_(std::move(circumstances)), trace_(std::move(trace)) {}

} // namespace lightflow::testing
