// SPDX-License-Identifier: MIT
#include "lightflow/core/catalog.hpp"

#include "lightflow/core/error.hpp"
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
  return state_->processes.emplace(std::move(name));
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

std::shared_ptr<const flow_plan> catalog::plan(std::string_view flow) const {
  std::lock_guard guard{state_->mutex};
  auto found = state_->flows.find(flow);
  if (found == nullptr)
    return nullptr;
  if (found->plan_ == nullptr) {
    auto wider = state_->defaults.own_settings().or_else(settings::built_in());
    auto own = found->own_settings().or_else(wider);
    auto plan = std::make_shared<flow_plan>();
    plan->name = found->name_;
    plan->recoverable = *own.recoverable;
    for (auto process : found->processes_)
      plan->processes.push_back(process->seal(own));
    found->plan_ = std::move(plan);
  }
  return found->plan_;
}

std::vector<std::string> catalog::flows() const {
  std::lock_guard guard{state_->mutex};
  std::vector<std::string> result;
  for (auto& x : state_->flows.items)
    result.push_back(x.name());
  return result;
}

} // namespace lightflow
