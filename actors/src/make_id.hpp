// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace lightflow {

/// A random UUID (version 4), as text. Safe to use from any thread.
std::string make_id();

} // namespace lightflow
