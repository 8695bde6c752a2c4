// SPDX-License-Identifier: MIT
#pragma once

#include "flow_spec.hpp"

#include "lightflow/core/catalog.hpp"

#include <functional>

namespace lightflow::tests {

/// What the functions of a flow have of the world.
struct surroundings {
  /// How often the run was suspended.
  std::function<unsigned()> suspensions;
  /// Makes as if a function took so long.
  std::function<void(duration)> take;
  /// How many resources are open.
  int open = 0;
};

/// Defines a flow of the name "flow". Spec and surroundings outlive the
/// catalog.
void define(const flow_spec& spec, surroundings& world, catalog& to);

} // namespace lightflow::tests
