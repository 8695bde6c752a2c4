// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/dependency_graph.hpp"
#include "lightflow/persistence/flow_structure.hpp"

namespace lightflow {

/// The dependencies of a process whose numbers are all of steps that it has.
/// Throws std::runtime_error, naming two steps, if they close a cycle.
dependency_graph graph_of(const process_structure& x);

} // namespace lightflow
