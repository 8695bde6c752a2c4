// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace lightflow::benchmarks {

/// Forgets how much memory this process had until now.
void reset_peak_memory();

/// The most memory that this process has had since, in bytes.
std::size_t peak_memory();

/// How many bytes are allocated on the heap. What threads keep to use again
/// counts as well.
std::size_t heap_in_use();

} // namespace lightflow::benchmarks
