// SPDX-License-Identifier: MIT
#pragma once

namespace lightflow::benchmarks {

/// Adds the group "memory": how much of the heap definitions, waiting steps and
/// suspended runs take.
void add_memory();

} // namespace lightflow::benchmarks
