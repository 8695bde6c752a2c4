// SPDX-License-Identifier: MIT
#include "lightflow/core/step_definition.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"
#include "lightflow/core/process_definition.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightflow {

dependency::dependency(const step_definition& x)
    : process_(x.process_), steps_{x.index_} {}

step_definition::step_definition(process_definition& process, step_index index,
                                 std::string name, step_body body)
    : process_(&process), index_(index), name_(std::move(name)),
      body_(std::move(body)) {}

void step_definition::require_unsealed() const {
  process_->require_unsealed();
}

step_definition&
step_definition::add_dependencies(const std::vector<dependency>& xs) {
  process_->add_dependencies({&index_, 1}, xs);
  return *this;
}

step_definition& step_definition::define_next(std::string name, step_body x) {
  return process_->define(std::move(name), std::move(x), {*this});
}

step_definition& step_definition::define_same(std::string name, step_body x) {
  process_definition::transaction change{*process_};
  auto& result = process_->define(std::move(name), std::move(x), {});
  for (auto dependency : process_->graph_.dependencies(index_))
    process_->add_edge(dependency, result.index_);
  change.keep();
  return result;
}

step_definition& step_definition::restrict(std::string key,
                                           std::string_view step) {
  return restrict({{std::move(key), step}});
}

step_definition& step_definition::restrict(
  std::initializer_list<std::pair<std::string, std::string_view>> xs) {
  require_unsealed();
  auto result = restrictions_;
  for (auto& [key, step] : xs) {
    auto ancestor = process_->index_of(step, name_);
    if (!process_->graph_.is_ancestor(ancestor, index_))
      throw definition_error(fmt::format(
        R"(step "{}" of process "{}" cannot restrict key "{}" to step )"
        R"("{}", which is not among its ancestors)",
        name_, process_->name_, key, step));
    auto known = std::find_if(result.begin(), result.end(),
                              [&key = key](auto& x) { return x.first == key; });
    if (known != result.end())
      known->second = ancestor;
    else
      result.emplace_back(key, ancestor);
  }
  restrictions_ = std::move(result);
  return *this;
}

step_definition& step_definition::on(std::string label) {
  require_unsealed();
  require_valid_name("label", label);
  if (body_.delegated.performer != nullptr)
    throw definition_error(fmt::format(
      R"(step "{}" of process "{}" is done by an actor, wherever that is: it )"
      R"(cannot be placed on workers with label "{}" as well)",
      name_, process_->name_, label));
  body_.delegated.label = std::move(label);
  return *this;
}

step_definition& step_definition::take_along(std::vector<std::string> keys) {
  require_unsealed();
  body_.delegated.reads = std::move(keys);
  return *this;
}

step_definition& step_definition::or_() {
  require_unsealed();
  try {
    condition_.begin_alternative();
  } catch (const definition_error& e) {
    throw definition_error(fmt::format(R"(step "{}" of process "{}": {})",
                                       name_, process_->name_, e.what()));
  }
  return *this;
}

step_definition& step_definition::skip_all_but(std::vector<std::string> names) {
  require_unsealed();
  skipped_but_ = std::move(names);
  return *this;
}

void step_definition::merge(const step_definition& other,
                            const std::vector<step_index>& numbers) {
  for (auto& [key, step] : other.restrictions_)
    if (std::none_of(restrictions_.begin(), restrictions_.end(),
                     [&key = key](auto& x) { return x.first == key; }))
      restrictions_.emplace_back(key, numbers[step]);
  auto& conditions = merged_conditions_;
  conditions.insert(conditions.end(), other.merged_conditions_.begin(),
                    other.merged_conditions_.end());
  if (!other.condition_.empty())
    conditions.push_back(other.condition_);
  if (!skipped_but_)
    skipped_but_ = other.skipped_but_;
  merged_settings_
    = merged_settings_.or_else(other.settings_).or_else(other.merged_settings_);
}

} // namespace lightflow
