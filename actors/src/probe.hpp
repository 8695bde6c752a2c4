// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/network.hpp"
#include "lightflow/core/settings.hpp"

namespace lightflow {

/// Connects to an endpoint by TCP, and disconnects. Blocks for so long at most,
/// and while the name is looked up. Throws lightflow::error with
/// error_code::cannot_connect.
void require_reachable(const endpoint& where, duration patience);

} // namespace lightflow
