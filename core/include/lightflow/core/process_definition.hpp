// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/callback_settings.hpp"
#include "lightflow/core/record_hooks.hpp"
#include "lightflow/core/settings.hpp"
#include "lightflow/core/step_definition.hpp"
#include "lightflow/core/topology.hpp"

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lightflow {

/// A step given by name and what it does, for `follow` and `parallel`:
/// `process.follow(lf::named("load", load), lf::named("store", store))`.
struct named_step {
  std::string name;
  step_body body;
};

template <step_doable F>
named_step named(std::string name, F f) {
  return {std::move(name), make_step_body(std::move(f))};
}

/// A process while it is being defined: its steps and what each runs after.
/// Defining is not thread-safe; a definition is sealed when a run of its flow
/// starts, and changing it later throws definition_error.
class process_definition : public process_settings<process_definition>,
                           public process_callbacks<process_definition> {
public:
  process_definition(const catalog& owner, std::string name);

  process_definition(const process_definition&) = delete;
  process_definition& operator=(const process_definition&) = delete;

  const std::string& name() const noexcept {
    return name_;
  }

  std::size_t size() const noexcept {
    return steps_.size();
  }

  // What throws definition_error changes nothing.

  /// Defines a step of the function's own name, to run after `xs`. Throws
  /// definition_error for a bad or duplicate name or an unknown step in `xs`.
  template <auto Function, class... Ts>
  step_definition& step(const Ts&... xs) {
    return step(std::string{function_name<Function>()}, Function, xs...);
  }

  /// Defines a step with a name, to run after `xs`: names, sync points, steps.
  /// It is done by a function, or by what can do it in place of one.
  template <step_doable F, class... Ts>
  step_definition& step(std::string name, F f, const Ts&... xs) {
    return define(std::move(name), make_step_body(std::move(f)), {xs...});
  }

  /// The step of that name. Throws definition_error if there is none.
  step_definition& step(std::string_view name);

  /// Defines steps that run one after the other. Does not compile with none.
  template <auto... Functions>
  sync_point follow() {
    static_assert(sizeof...(Functions) > 0, "follow what? name a function");
    return follow(
      {named(std::string{function_name<Functions>()}, Functions)...});
  }

  /// Throws definition_error if `steps` is empty.
  sync_point follow(std::vector<named_step> steps);

  template <class... Ts>
    requires(std::same_as<Ts, named_step>&&...)
  sync_point follow(named_step first, Ts... rest) {
    return follow(std::vector{std::move(first), std::move(rest)...});
  }

  /// Defines steps that run side by side. Does not compile with none.
  template <auto... Functions>
  sync_point parallel() {
    static_assert(sizeof...(Functions) > 0,
                  "what in parallel? name a function");
    return parallel(
      {named(std::string{function_name<Functions>()}, Functions)...});
  }

  /// Throws definition_error if `steps` is empty.
  sync_point parallel(std::vector<named_step> steps);

  template <class... Ts>
    requires(std::same_as<Ts, named_step>&&...)
  sync_point parallel(named_step first, Ts... rest) {
    return parallel(std::vector{std::move(first), std::move(rest)...});
  }

  /// Defines a step that runs after every step that nothing runs after yet.
  template <auto Function>
  step_definition& sync_all() {
    return sync_all(std::string{function_name<Function>()}, Function);
  }

  template <step_doable F>
  step_definition& sync_all(std::string name, F f) {
    return define_sync_all(std::move(name), make_step_body(std::move(f)));
  }

  /// Copies the steps of another process into this one, as that is now. A step
  /// absent here is added with its function, restrictions, conditions and
  /// configuration, and may be defined once more: that replaces its function
  /// and adds dependencies. A step that both have keeps the function it has
  /// here, and gains the dependencies, conditions (both must hold) and
  /// restrictions (of a key, those here win) of the other. Configuration is
  /// looked up in the step, process and flow here, then in the merged step,
  /// then in the defaults. Throws definition_error for an unknown process, and
  /// where the two together would close a cycle.
  process_definition& merge(std::string_view process);

private:
  friend class catalog;
  friend class flow_definition;
  friend class step_definition;
  friend class process_callbacks<process_definition>;
  friend class sync_point;
  template <class>
  friend class step_settings;

  /// What a process takes from its surroundings when its plan is made.
  struct surroundings {
    const settings& of_flow;
    const settings& of_defaults;
    const scope_callbacks& default_callbacks;
    scope_callbacks& flow_callbacks;
    const record_functions<process>& records;
    const record_functions<lightflow::step>& step_records;
  };

  /// The immutable form that runs use. Throws definition_error for what could
  /// not be found out before.
  std::shared_ptr<const process_plan>
  make_plan(const surroundings& wider) const;

  /// From now on, nothing can be changed.
  void seal();

  step_plan plan_step(const step_definition& x, const settings& own) const;
  std::shared_ptr<const delegation>
  plan_delegation(const step_definition& x) const;
  std::vector<step_index> never_skipped(const step_definition& x) const;
  /// Takes back what was defined since it was made, unless that is kept: what
  /// throws halfway leaves nothing behind.
  class transaction {
  public:
    explicit transaction(process_definition& owner)
        : owner_(owner), begin_(owner.graph_.now()),
          redefined_(owner.redefined_.size()) {}

    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    void keep() {
      kept_ = true;
    }

  private:
    process_definition& owner_;
    dependency_graph::moment begin_;
    std::size_t redefined_;
    bool kept_ = false;
  };

  void require_unsealed() const;
  void require_doer(std::string_view name, const step_body& x) const;
  step_definition& define(std::string name, step_body x,
                          const std::vector<dependency>& after);
  step_definition& define_new(std::string name, step_body x);
  step_definition& define_again(step_index step, step_body x);
  const process_definition& find_to_merge(std::string_view process) const;
  step_definition& define_sync_all(std::string name, step_body x);
  std::vector<step_index> resolve(const dependency& x,
                                  std::string_view wanted_by) const;
  void add_dependencies(std::span<const step_index> nodes,
                        const std::vector<dependency>& xs);
  void add_edge(step_index dependency, step_index node);
  step_index index_of(std::string_view name, std::string_view wanted_by) const;

  const catalog* catalog_;
  std::string name_;
  bool sealed_ = false;
  std::deque<step_definition> steps_; // never moves what it holds
  /// Merged-in steps that were defined once more, with what they did before.
  std::vector<std::pair<step_index, step_body>> redefined_;
  std::unordered_map<std::string_view, step_index> index_;
  dependency_graph graph_;
};

template <class... Ts>
sync_point& sync_point::after(const Ts&... xs) {
  process_->add_dependencies({steps_.data(), entries_}, {xs...});
  return *this;
}

} // namespace lightflow
