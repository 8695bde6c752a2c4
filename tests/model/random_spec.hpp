// SPDX-License-Identifier: MIT
#pragma once

#include "flow_spec.hpp"

namespace lightflow::tests {

/// A flow that uses all there is, as a seed has it.
flow_spec random_spec(std::uint64_t seed);

} // namespace lightflow::tests
