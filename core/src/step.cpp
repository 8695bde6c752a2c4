// SPDX-License-Identifier: MIT
#include "lightflow/core/step.hpp"

#include "lightflow/core/error.hpp"

#include <fmt/format.h>

namespace lightflow {

std::vector<std::string> step::dependencies() const {
  std::vector<std::string> result;
  auto& plan = view_.context().plan();
  for (auto x : plan.graph.dependencies(view_.index()))
    result.push_back(plan.steps[x].name);
  return result;
}

const value* step::find(std::string_view key) const {
  auto own = own_.find(key);
  return own != nullptr ? own : view_.find(key);
}

void step::set(std::string_view key, value x) {
  if (identity_.recoverable && !x.has_codec())
    throw error(error_code::no_codec,
                fmt::format(R"(key "{}" cannot be set to a {}: flow "{}" is )"
                            "recoverable, and the type cannot be encoded; add "
                            "MSGPACK_DEFINE, an inspect function or msgpack "
                            "adaptors",
                            key, x.has_value() ? x.type() : "value of nothing",
                            flow_name()));
  own_.set(key, std::move(x));
}

void step::rethrow_naming(const error& e, std::string_view what,
                          std::string_view name) const {
  throw error(e.code(), fmt::format(R"({} "{}" of step "{}": {})", what, name,
                                    this->name(), e.what()));
}

} // namespace lightflow
