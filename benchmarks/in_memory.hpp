// SPDX-License-Identifier: MIT
#pragma once

namespace lightflow::benchmarks {

/// Adds the groups "steps" and "runs": what steps that do nothing cost beside
/// bare actors and a flow graph of oneTBB.
void add_steps_and_runs();

/// Adds the group "features": what steps cost that use more of the library,
/// beside those that do nothing.
void add_features();

/// Adds the group "blocking": what it takes until all steps have slept, beside
/// the time of the sleep alone.
void add_blocking();

} // namespace lightflow::benchmarks
