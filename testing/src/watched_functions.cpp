// SPDX-License-Identifier: MIT
#include "watched_functions.hpp"

#include "lightflow/core/plan.hpp"

#include <utility>

namespace lightflow::testing {

namespace {

void watch_steps(process_plan& plan, function_watch& watch) {
  for (auto& x : plan.steps)
    if (x.function)
      x.function = [&watch, function = std::move(x.function)](step& self) {
        return watch.call(function, self);
      };
}

} // namespace

/// Plans are immutable since runs share them. These have no runs yet.
void watch_functions(const catalog& flows, function_watch& watch) {
  for (auto& name : flows.flows())
    for (auto& process : flows.plan(name)->processes)
      watch_steps(const_cast<process_plan&>(*process), watch);
}

} // namespace lightflow::testing
