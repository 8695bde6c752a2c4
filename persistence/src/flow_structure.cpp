// SPDX-License-Identifier: MIT
#include "lightflow/persistence/flow_structure.hpp"

#include "lightflow/core/plan.hpp"

#include <algorithm>
#include <span>

namespace lightflow {

namespace {

std::vector<step_index> ascending(std::span<const step_index> xs) {
  std::vector<step_index> result(xs.begin(), xs.end());
  std::sort(result.begin(), result.end());
  return result;
}

retry_structure structure_of(const retry_policy& x) {
  return {x.retries, x.initial, x.factor, x.cap, x.jitter};
}

step_structure structure_of(const process_plan& process, step_index step) {
  auto& x = process.steps[step];
  return {x.name,
          ascending(process.graph.dependencies(step)),
          x.timeout,
          structure_of(x.retry),
          !x.conditions.empty(),
          x.skips_dependents,
          ascending(x.never_skipped)};
}

process_structure structure_of(const process_plan& x) {
  process_structure result{x.name, x.timeout, x.parallelism, {}};
  result.steps.reserve(x.steps.size());
  for (step_index step = 0; step < x.steps.size(); ++step)
    result.steps.push_back(structure_of(x, step));
  return result;
}

} // namespace

flow_structure structure_of(const flow_plan& plan) {
  flow_structure result{plan.name, {}};
  result.processes.reserve(plan.processes.size());
  for (auto& process : plan.processes)
    result.processes.push_back(structure_of(*process));
  return result;
}

} // namespace lightflow
