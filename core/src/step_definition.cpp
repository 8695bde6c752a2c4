// SPDX-License-Identifier: MIT
#include "lightflow/core/step_definition.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/process_definition.hpp"

#include <fmt/format.h>

namespace lightflow {

dependency::dependency(const step_definition& x)
    : process_(x.process_), steps_{x.index_} {}

step_definition::step_definition(process_definition& process, step_index index,
                                 std::string name, step_function function)
    : process_(&process), index_(index), name_(std::move(name)),
      function_(std::move(function)) {}

void step_definition::require_unsealed() const {
  process_->require_unsealed();
}

void step_definition::add_dependency(const dependency& x) {
  process_->add_dependency(index_, x);
}

step_definition& step_definition::define_next(std::string name,
                                              step_function f) {
  return process_->define(std::move(name), std::move(f), {*this});
}

step_definition& step_definition::define_same(std::string name,
                                              step_function f) {
  auto& result = process_->define(std::move(name), std::move(f), {});
  for (auto dependency : process_->graph_.dependencies(index_))
    process_->add_edge(dependency, result.index_);
  return result;
}

step_definition& step_definition::restrict(std::string key,
                                           std::string_view step) {
  require_unsealed();
  auto ancestor = process_->index_of(step, name_);
  if (ancestor == index_ || !process_->graph_.path_exists(ancestor, index_))
    throw definition_error(fmt::format(
      R"(step "{}" of process "{}" cannot restrict key "{}" to step )"
      R"("{}", which is not among its ancestors)",
      name_, process_->name_, key, step));
  for (auto& [known, from] : restrictions_) {
    if (known == key) {
      from = ancestor;
      return *this;
    }
  }
  restrictions_.emplace_back(std::move(key), ancestor);
  return *this;
}

step_definition& step_definition::restrict(
  std::initializer_list<std::pair<std::string, std::string_view>> xs) {
  for (auto& [key, step] : xs)
    restrict(key, step);
  return *this;
}

} // namespace lightflow
