// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/callback.hpp"
#include "lightflow/core/condition.hpp"
#include "lightflow/core/record_hooks.hpp"
#include "lightflow/core/resource_definition.hpp"
#include "lightflow/core/settings.hpp"
#include "lightflow/core/step_body.hpp"
#include "lightflow/core/topology.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// A plan is a definition in the form that runs use: immutable, with names
// resolved to numbers and settings to values. All runs of a flow share one.

namespace lightflow {

struct step_plan {
  std::string name;
  step_function function;
  /// Null: the function runs at the engine.
  std::shared_ptr<const delegation> delegated;
  duration timeout; // negative: none
  retry_policy retry;
  std::vector<std::pair<std::string, step_index>> restrictions;
  std::vector<condition> conditions;     // all of which must hold
  bool skips_dependents = false;         // when they do not
  std::vector<step_index> never_skipped; // of these dependents
};

struct process_plan {
  process_plan(std::string process_name, topology t)
      : name(std::move(process_name)), graph(std::move(t)) {}

  process_plan(const process_plan&) = delete;
  process_plan& operator=(const process_plan&) = delete;

  std::optional<step_index> find(std::string_view step) const {
    auto i = index.find(step);
    return i != index.end() ? std::optional{i->second} : std::nullopt;
  }

  /// Fills `index`; called once, after `steps`.
  void index_steps() {
    index.reserve(steps.size());
    for (step_index x = 0; x < steps.size(); ++x)
      index.emplace(steps[x].name, x);
  }

  std::string name;
  topology graph;
  std::vector<step_plan> steps;
  std::unordered_map<std::string_view, step_index> index;
  duration timeout{}; // negative: none
  std::size_t parallelism = 0;
  bool delegates = false; // whether any step is delegated
  callback_chains<process> before;
  callback_chains<process> after;
  callback_chains<step> before_step;
  callback_chains<step> after_step;
  record_functions<process> records;
  record_functions<step> step_records;

  /// Whether anything has to run before the first step.
  bool has_preparation() const noexcept {
    return !before.empty() || records.insert;
  }

  /// Whether anything has to run after the last step, whatever the steps did.
  bool has_conclusion() const noexcept {
    return !after.empty() || records.update;
  }

  /// Whether anything has to run after a step that ran.
  bool has_step_conclusion() const noexcept {
    return !after_step.empty() || step_records.update;
  }
};

struct flow_plan {
  std::optional<std::size_t> find(std::string_view process) const {
    for (std::size_t i = 0; i < processes.size(); ++i)
      if (processes[i]->name == process)
        return i;
    return std::nullopt;
  }

  bool has_preparation() const noexcept {
    return !before.empty() || records.insert;
  }

  bool has_conclusion() const noexcept {
    return !after.empty() || records.update;
  }

  std::string name;
  bool recoverable = false;
  std::optional<lightflow::durability> durability; // nothing: the engine's
  duration callback_timeout{}; // of its callbacks; negative: none
  callback_chains<flow> before;
  callback_chains<flow> after;
  record_functions<flow> records;
  std::shared_ptr<const resource_table> resources; // null: there are none
  std::vector<std::shared_ptr<const process_plan>> processes;
};

} // namespace lightflow
