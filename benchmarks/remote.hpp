// SPDX-License-Identifier: MIT
#pragma once

namespace lightflow::benchmarks {

/// Adds the group "remote": what steps on workers cost, beside requests of bare
/// actors by TCP.
void add_remote();

} // namespace lightflow::benchmarks
