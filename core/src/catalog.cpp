// SPDX-License-Identifier: MIT
#include "lightflow/core/catalog.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"
#include "lightflow/core/plan.hpp"

#include <deque>
#include <mutex>
#include <unordered_map>

#include <fmt/format.h>

namespace lightflow {

// -- flow_definition ----------------------------------------------------------

flow_definition::flow_definition(catalog& owner, std::string name)
    : catalog_(&owner), name_(std::move(name)) {}

process_definition& flow_definition::process(std::string name) {
  require_unsealed();
  auto& result = catalog_->define_process(std::move(name));
  processes_.push_back(&result);
  return result;
}

void flow_definition::require_unsealed() const {
  if (plan_ != nullptr)
    throw definition_error(
      fmt::format(R"(flow "{}" cannot be changed any more: a run of it has )"
                  "been started",
                  name_));
}

// -- catalog ------------------------------------------------------------------

struct catalog::state {
  /// Things by name, in order of definition, at addresses that stay.
  template <class T>
  struct table {
    T* find(std::string_view name) {
      auto i = index.find(name);
      return i != index.end() ? i->second : nullptr;
    }

    template <class... Ts>
    T& emplace(Ts&&... xs) {
      auto& result = items.emplace_back(std::forward<Ts>(xs)...);
      index.emplace(result.name(), &result);
      return result;
    }

    std::deque<T> items;
    std::unordered_map<std::string_view, T*> index;
  };

  table<flow_definition> flows;
  table<process_definition> processes;
  table<resource_definition> resources;
  record_hooks<lightflow::flow> flow_records;
  record_hooks<process> process_records;
  record_hooks<step> step_records;
  default_settings defaults;
  std::mutex mutex; // engines may look up plans while others do
};

catalog::catalog() : state_(std::make_unique<state>()) {}

catalog::~catalog() = default;

flow_definition& catalog::flow(std::string name) {
  std::lock_guard guard{state_->mutex};
  require_valid_name("flow", name);
  if (state_->flows.find(name) != nullptr)
    throw definition_error(
      fmt::format(R"(the catalog has a flow "{}" already)", name));
  return state_->flows.emplace(*this, std::move(name));
}

process_definition& catalog::define_process(std::string name) {
  std::lock_guard guard{state_->mutex};
  require_valid_name("process", name);
  if (state_->processes.find(name) != nullptr)
    throw definition_error(
      fmt::format(R"(the catalog has a process "{}" already)", name));
  return state_->processes.emplace(*this, std::move(name));
}

const process_definition* catalog::find_process(std::string_view name) const {
  std::lock_guard guard{state_->mutex};
  return state_->processes.find(name);
}

process_definition& catalog::flow_with_process(const std::string& name) {
  // A bad process name must not leave a flow behind.
  if (std::lock_guard guard{state_->mutex};
      state_->processes.find(name) != nullptr)
    throw definition_error(
      fmt::format(R"(the catalog has a process "{}" already)", name));
  return flow(name).process(name);
}

default_settings& catalog::defaults() {
  return state_->defaults;
}

resource_definition& catalog::resource(std::string name) {
  std::lock_guard guard{state_->mutex};
  require_valid_name("resource", name);
  if (state_->resources.find(name) != nullptr)
    throw definition_error(
      fmt::format(R"(the catalog has a resource "{}" already)", name));
  return state_->resources.emplace(std::move(name));
}

record_hooks<flow>& catalog::flow_records() {
  return state_->flow_records;
}

record_hooks<process>& catalog::process_records() {
  return state_->process_records;
}

record_hooks<step>& catalog::step_records() {
  return state_->step_records;
}

std::shared_ptr<const flow_plan> catalog::plan(std::string_view flow) const {
  std::lock_guard guard{state_->mutex};
  auto found = state_->flows.find(flow);
  if (found == nullptr)
    return nullptr;
  if (found->plan_ == nullptr)
    found->plan_ = seal(*found);
  return found->plan_;
}

std::shared_ptr<const flow_plan> catalog::seal(flow_definition& flow) const {
  auto of_defaults
    = state_->defaults.own_settings().or_else(settings::built_in());
  auto own = flow.own_settings().or_else(of_defaults);
  auto defaults
    = *own.default_callbacks ? &state_->defaults.callbacks_ : nullptr;
  auto result = std::make_shared<flow_plan>();
  result->name = flow.name_;
  result->recoverable = *own.recoverable;
  result->durability = own.durability;
  result->callback_timeout = *own.process_timeout;
  result->before = plan_chains(&scope_callbacks::before_flow,
                               {defaults, &flow.callbacks_, nullptr});
  result->after = plan_chains(&scope_callbacks::after_flow,
                              {defaults, &flow.callbacks_, nullptr});
  result->records = state_->flow_records.functions();
  for (auto process : flow.processes_)
    result->processes.push_back(process->make_plan(
      {flow.own_settings(), of_defaults, state_->defaults.callbacks_,
       flow.callbacks_, state_->process_records.functions(),
       state_->step_records.functions()}));
  for (auto process : flow.processes_)
    process->seal(); // now that nothing is wrong with any of them
  flow.callbacks_.seal();
  result->resources = seal_resources();
  return result;
}

/// Null if there are none.
std::shared_ptr<const resource_table> catalog::seal_resources() const {
  if (state_->resources.items.empty())
    return nullptr;
  auto result = std::make_shared<resource_table>();
  for (auto& x : state_->resources.items) {
    x.sealed_ = true;
    result->emplace(x.name_, x.hooks_);
  }
  return result;
}

std::vector<std::string> catalog::flows() const {
  std::lock_guard guard{state_->mutex};
  std::vector<std::string> result;
  for (auto& x : state_->flows.items)
    result.push_back(x.name());
  return result;
}

} // namespace lightflow
