// SPDX-License-Identifier: MIT
#include "lightflow/core/process_definition.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"
#include "lightflow/core/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightflow {

process_definition::process_definition(const catalog& owner, std::string name)
    : catalog_(&owner), name_(std::move(name)) {}

process_definition::transaction::~transaction() {
  if (kept_)
    return;
  auto& redefined = owner_.redefined_;
  for (; redefined.size() > redefined_; redefined.pop_back()) {
    auto& step = owner_.steps_[redefined.back().first];
    step.body_ = std::move(redefined.back().second);
    step.merged_in_ = true;
  }
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
    auto& next = define(std::move(x.name), std::move(x.body), {});
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
    defined.push_back(define(std::move(x.name), std::move(x.body), {}).index_);
  change.keep();
  auto entries = defined.size();
  return {*this, std::move(defined), entries};
}

step_definition& process_definition::define_sync_all(std::string name,
                                                     step_body x) {
  transaction change{*this};
  std::vector<step_index> ends;
  for (step_index i = 0; i < graph_.size(); ++i)
    if (graph_.dependents(i).empty())
      ends.push_back(i);
  auto& result = define(std::move(name), std::move(x), {});
  for (auto i : ends)
    if (i != result.index_) // it may be a merged-in step
      add_edge(i, result.index_);
  change.keep();
  return result;
}

step_definition&
process_definition::define(std::string name, step_body x,
                           const std::vector<dependency>& after) {
  require_unsealed();
  require_doer(name, x);
  transaction change{*this};
  auto known = index_.find(name);
  auto& result = known != index_.end()
                   ? define_again(known->second, std::move(x))
                   : define_new(std::move(name), std::move(x));
  add_dependencies({&result.index_, 1}, after);
  change.keep();
  return result;
}

void process_definition::require_doer(std::string_view name,
                                      const step_body& x) const {
  if (!x.has_doer())
    throw definition_error(
      fmt::format(R"(step "{}" of process "{}" has nobody who does it: what )"
                  "it was given stands for no actor",
                  name, name_));
}

step_definition& process_definition::define_new(std::string name, step_body x) {
  require_valid_name("step", name);
  auto index = graph_.add_node();
  auto& result
    = steps_.emplace_back(*this, index, std::move(name), std::move(x));
  index_.emplace(result.name_, index);
  return result;
}

step_definition& process_definition::define_again(step_index step,
                                                  step_body x) {
  auto& result = steps_[step];
  if (!result.merged_in_)
    throw definition_error(fmt::format(
      R"(process "{}" has a step "{}" already)", name_, result.name_));
  redefined_.emplace_back(step, std::move(result.body_));
  result.body_ = std::move(x);
  result.merged_in_ = false;
  return result;
}

const process_definition&
process_definition::find_to_merge(std::string_view process) const {
  auto other = catalog_->find_process(process);
  if (other == nullptr)
    throw definition_error(
      fmt::format(R"(process "{}" cannot merge process "{}", which the )"
                  "catalog does not have",
                  name_, process));
  if (other == this)
    throw definition_error(
      fmt::format(R"(process "{}" cannot merge itself)", name_));
  return *other;
}

process_definition& process_definition::merge(std::string_view process) {
  require_unsealed();
  auto& other = find_to_merge(process);
  transaction change{*this};
  std::vector<step_index> numbers; // here, of the other's steps
  std::vector<step_index> added;
  for (auto& x : other.steps_) {
    auto known = index_.find(x.name_);
    if (known == index_.end())
      added.push_back(define_new(x.name_, x.body_).index_);
    numbers.push_back(known != index_.end() ? known->second : added.back());
  }
  for (auto& x : other.steps_)
    for (auto dependency : other.graph_.dependencies(x.index_))
      add_edge(numbers[dependency], numbers[x.index_]);
  change.keep();
  for (auto x : added)
    steps_[x].merged_in_ = true;
  for (auto& x : other.steps_)
    steps_[numbers[x.index_]].merge(x, numbers);
  return *this;
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

// -- sealing ------------------------------------------------------------------

std::shared_ptr<const process_plan>
process_definition::make_plan(const surroundings& wider) const {
  auto within_flow = settings_.or_else(wider.of_flow);
  auto own = within_flow.or_else(wider.of_defaults);
  auto result = std::make_shared<process_plan>(name_, topology{graph_});
  result->timeout = *own.process_timeout;
  result->parallelism = *own.parallelism;
  result->steps.reserve(steps_.size());
  for (auto& x : steps_)
    result->steps.push_back(plan_step(x, x.settings_.or_else(within_flow)
                                           .or_else(x.merged_settings_)
                                           .or_else(wider.of_defaults)));
  auto is_delegated = [](auto& x) { return x.delegated != nullptr; };
  result->delegates
    = std::any_of(result->steps.begin(), result->steps.end(), is_delegated);
  result->index_steps();
  auto defaults = *own.default_callbacks ? &wider.default_callbacks : nullptr;
  auto chains = [&](auto kind) {
    return plan_chains(kind, {defaults, &wider.flow_callbacks, &callbacks_});
  };
  result->before = chains(&scope_callbacks::before_process);
  result->after = chains(&scope_callbacks::after_process);
  result->before_step = chains(&scope_callbacks::before_step);
  result->after_step = chains(&scope_callbacks::after_step);
  result->records = wider.records;
  result->step_records = wider.step_records;
  return result;
}

void process_definition::seal() {
  callbacks_.seal();
  sealed_ = true;
}

step_plan process_definition::plan_step(const step_definition& x,
                                        const settings& own) const {
  step_plan result;
  result.name = x.name_;
  result.function = x.body_.function;
  result.delegated = plan_delegation(x);
  result.timeout = *own.step_timeout;
  result.retry = *own.retry;
  result.restrictions = x.restrictions_;
  result.conditions = x.merged_conditions_;
  if (!x.condition_.empty())
    result.conditions.push_back(x.condition_);
  for (auto& condition : result.conditions)
    if (!condition.is_complete())
      throw definition_error(
        fmt::format(R"(step "{}" of process "{}": or_() has no condition )"
                    "after it",
                    x.name_, name_));
  result.skips_dependents = x.skipped_but_.has_value();
  result.never_skipped = never_skipped(x);
  return result;
}

std::shared_ptr<const delegation>
process_definition::plan_delegation(const step_definition& x) const {
  if (x.body_.is_delegated())
    return std::make_shared<const delegation>(x.body_.delegated);
  if (x.body_.delegated.reads)
    throw definition_error(fmt::format(
      R"(step "{}" of process "{}" says what it reads, but runs at the engine )"
      "and sees all its context: say on which workers it runs, or leave out "
      "reads()",
      x.name_, name_));
  return nullptr;
}

std::vector<step_index>
process_definition::never_skipped(const step_definition& x) const {
  std::vector<step_index> result;
  if (!x.skipped_but_)
    return result;
  for (auto& name : *x.skipped_but_) {
    auto step = index_of(name, x.name_);
    if (!graph_.is_ancestor(x.index_, step))
      throw definition_error(
        fmt::format(R"(step "{}" of process "{}" would be skipped with its )"
                    R"(dependents but for step "{}", which is none of them)",
                    x.name_, name_, name));
    result.push_back(step);
  }
  return result;
}

} // namespace lightflow
