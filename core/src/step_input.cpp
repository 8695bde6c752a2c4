// SPDX-License-Identifier: MIT
#include "lightflow/core/step_input.hpp"

#include <algorithm>

namespace lightflow {

const value* step_input::find(std::string_view key) const {
  if (!view_.plan().delegated->takes_along(key))
    return nullptr;
  auto own = own_.find(key);
  return own != nullptr ? own : view_.find(key);
}

writes step_input::context() const {
  writes result;
  auto add = [&](std::string_view key) {
    if (result.find(key) == nullptr)
      if (auto x = find(key))
        result.set(key, *x);
  };
  if (auto& declared = view_.plan().delegated->reads) {
    std::for_each(declared->begin(), declared->end(), add);
    return result;
  }
  for (auto& [key, x] : own_)
    add(key);
  view_.for_each_key(add);
  return result;
}

writes step_input::results() const {
  writes result;
  auto& plan = view_.context().plan();
  for (auto x : plan.graph.dependencies(view_.index()))
    if (auto returned = this->result(plan.steps[x].name))
      result.set(plan.steps[x].name, *returned);
  return result;
}

} // namespace lightflow
