// SPDX-License-Identifier: MIT
#include "lightflow/core/step.hpp"

namespace lightflow {

std::vector<std::string> step::dependencies() const {
  std::vector<std::string> result;
  auto& plan = view_.context().plan();
  for (auto x : plan.graph.dependencies(view_.index()))
    result.push_back(plan.steps[x].name);
  return result;
}

event step::make_event(event_stage stage, problem cause) const {
  auto result = process_.make_event(stage, std::move(cause));
  result.layer = layer::step;
  result.step_name = name();
  result.step_id = id();
  return result;
}

} // namespace lightflow
