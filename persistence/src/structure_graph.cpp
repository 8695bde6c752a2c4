// SPDX-License-Identifier: MIT
#include "structure_graph.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace lightflow {

dependency_graph graph_of(const process_structure& x) {
  dependency_graph result;
  for (std::size_t i = 0; i < x.steps.size(); ++i)
    result.add_node();
  for (step_index i = 0; i < x.steps.size(); ++i)
    for (auto dependency : x.steps[i].dependencies)
      if (!result.add_edge(dependency, i))
        throw std::runtime_error(
          fmt::format(R"(steps "{}" and "{}" run after each other)",
                      x.steps[dependency].name, x.steps[i].name));
  return result;
}

} // namespace lightflow
