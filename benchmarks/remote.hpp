// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace lightflow::benchmarks {

/// Adds the benchmarks of steps on workers, and gives their names.
std::vector<std::string> add_remote();

} // namespace lightflow::benchmarks
