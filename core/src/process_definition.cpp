// SPDX-License-Identifier: MIT
#include "lightflow/core/process_definition.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include <fmt/format.h>

namespace lightflow {

process_definition::process_definition(std::string name)
    : name_(std::move(name)) {}

process_definition::transaction::~transaction() {
  if (kept_)
    return;
  auto& steps = owner_.steps_;
  for (; steps.size() > begin_.nodes; steps.pop_back())
    owner_.index_.erase(steps.back().name_);
  owner_.graph_.undo_until(begin_);
}

void process_definition::require_unsealed() const {
  if (sealed_)
    throw definition_error(
      fmt::format(R"(process "{}" cannot be changed any more: a run of it has )"
                  "been started",
                  name_));
}

step_definition& process_definition::step(std::string_view name) {
  return steps_[index_of(name, {})];
}

sync_point process_definition::follow(std::vector<named_step> steps) {
  if (steps.empty())
    throw definition_error(
      fmt::format(R"(process "{}" cannot follow no steps)", name_));
  transaction change{*this};
  std::vector<step_index> defined;
  for (auto& x : steps) {
    auto& next = define(std::move(x.name), std::move(x.function), {});
    if (!defined.empty())
      add_edge(defined.back(), next.index_);
    defined.push_back(next.index_);
  }
  change.keep();
  return {*this, std::move(defined), 1};
}

sync_point process_definition::parallel(std::vector<named_step> steps) {
  if (steps.empty())
    throw definition_error(
      fmt::format(R"(process "{}" cannot run no steps in parallel)", name_));
  transaction change{*this};
  std::vector<step_index> defined;
  for (auto& x : steps)
    defined.push_back(
      define(std::move(x.name), std::move(x.function), {}).index_);
  change.keep();
  auto entries = defined.size();
  return {*this, std::move(defined), entries};
}

step_definition& process_definition::define_sync_all(std::string name,
                                                     step_function f) {
  std::vector<step_index> ends;
  for (step_index x = 0; x < graph_.size(); ++x)
    if (graph_.dependents(x).empty())
      ends.push_back(x);
  auto& result = define(std::move(name), std::move(f), {});
  for (auto x : ends)
    add_edge(x, result.index_);
  return result;
}

step_definition&
process_definition::define(std::string name, step_function f,
                           const std::vector<dependency>& after) {
  require_unsealed();
  require_valid_name("step", name);
  if (index_.contains(name))
    throw definition_error(
      fmt::format(R"(process "{}" has a step "{}" already)", name_, name));
  transaction change{*this};
  auto index = graph_.add_node();
  auto& result
    = steps_.emplace_back(*this, index, std::move(name), std::move(f));
  index_.emplace(result.name_, index);
  add_dependencies({&index, 1}, after);
  change.keep();
  return result;
}

void process_definition::add_dependencies(std::span<const step_index> nodes,
                                          const std::vector<dependency>& xs) {
  require_unsealed();
  transaction change{*this};
  for (auto& x : xs)
    for (auto node : nodes)
      for (auto step : resolve(x, steps_[node].name_))
        add_edge(step, node);
  change.keep();
}

/// The steps that something to run after stands for.
std::vector<step_index>
process_definition::resolve(const dependency& x,
                            std::string_view wanted_by) const {
  if (x.process_ == nullptr)
    return {index_of(x.name_, wanted_by)};
  if (x.process_ != this)
    throw definition_error(
      fmt::format(R"(step "{}" of process "{}" cannot run after steps of )"
                  R"(process "{}")",
                  wanted_by, name_, x.process_->name_));
  return x.steps_;
}

void process_definition::add_edge(step_index dependency, step_index node) {
  if (dependency == node)
    throw definition_error(
      fmt::format(R"(step "{}" of process "{}" cannot run after itself)",
                  steps_[node].name_, name_));
  if (!graph_.add_edge(dependency, node))
    throw definition_error(
      fmt::format(R"(step "{}" of process "{}" cannot run after step "{}", )"
                  "which runs after it: that would close a cycle",
                  steps_[node].name_, name_, steps_[dependency].name_));
}

step_index process_definition::index_of(std::string_view name,
                                        std::string_view wanted_by) const {
  if (auto i = index_.find(name); i != index_.end())
    return i->second;
  auto message = fmt::format(R"(process "{}" has no step "{}")", name_, name);
  if (!wanted_by.empty())
    message += fmt::format(R"(, which step "{}" names)", wanted_by);
  throw definition_error(message);
}

std::shared_ptr<const process_plan>
process_definition::seal(const settings& wider) {
  sealed_ = true;
  auto own = settings_.or_else(wider);
  auto result = std::make_shared<process_plan>(name_, topology{graph_});
  result->timeout = *own.process_timeout;
  result->parallelism = *own.parallelism;
  result->steps.reserve(steps_.size());
  for (auto& x : steps_) {
    auto of_step = x.settings_.or_else(own);
    result->steps.push_back({x.name_, x.function_, *of_step.step_timeout,
                             *of_step.retry, x.restrictions_});
  }
  result->index_steps();
  return result;
}

} // namespace lightflow
