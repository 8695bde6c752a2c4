// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace lightflow::benchmarks {

/// Forgets how much memory this process had until now.
void reset_peak_memory();

/// The most memory that this process has had since, in bytes.
std::size_t peak_memory();

} // namespace lightflow::benchmarks
