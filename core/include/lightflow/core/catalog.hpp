// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/callback_settings.hpp"
#include "lightflow/core/process_definition.hpp"
#include "lightflow/core/record_hooks.hpp"
#include "lightflow/core/resource_definition.hpp"
#include "lightflow/core/settings.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow {

/// A flow while it is being defined: the processes that run side by side.
/// Sealed when a run of it starts, like its processes.
class flow_definition : public flow_settings<flow_definition>,
                        public flow_callbacks<flow_definition> {
public:
  flow_definition(catalog& owner, std::string name);

  flow_definition(const flow_definition&) = delete;
  flow_definition& operator=(const flow_definition&) = delete;

  const std::string& name() const noexcept {
    return name_;
  }

  /// Defines a process of this flow. Throws definition_error for a bad name and
  /// for one that a process of the catalog has already.
  process_definition& process(std::string name);

private:
  friend class catalog;
  friend class process_callbacks<flow_definition>;
  friend class step_settings<flow_definition>;

  void require_unsealed() const;

  catalog* catalog_;
  std::string name_;
  std::vector<process_definition*> processes_;
  std::shared_ptr<const flow_plan> plan_; // set: sealed
};

/// The settings that hold where no step, process or flow has its own, and the
/// callbacks that come before theirs.
class default_settings : public flow_settings<default_settings>,
                         public flow_callbacks<default_settings> {
private:
  friend class catalog;
  friend class process_callbacks<default_settings>;
  friend class step_settings<default_settings>;

  void require_unsealed() const {}
};

/// The flows and processes of a program, by name. Any number of engines can
/// use one catalog, which must outlive them. Defining is not thread-safe;
/// looking up and running what is defined is.
class catalog {
public:
  catalog();
  ~catalog();

  catalog(const catalog&) = delete;
  catalog& operator=(const catalog&) = delete;

  /// Defines a flow. Throws definition_error for a bad or duplicate name.
  flow_definition& flow(std::string name);

  /// Defines a flow and, in it, a process of the same name, and gives the
  /// process.
  process_definition& flow_with_process(const std::string& name);

  /// What holds where no definition says otherwise. A flow takes what is set
  /// here when it is sealed.
  default_settings& defaults();

  /// Defines a kind of resource, which the steps and callbacks of all flows can
  /// attach. Throws definition_error for a bad or duplicate name.
  resource_definition& resource(std::string name);

  /// Functions that are told of each run, process and step, as it starts and
  /// when it has ended. A flow takes what is set here when it is sealed, so
  /// that what comes later is for other flows.
  record_hooks<lightflow::flow>& flow_records();
  record_hooks<process>& process_records();
  record_hooks<step>& step_records();

  /// The plan of a flow, which it seals; null if there is no flow of that name.
  /// Throws definition_error if the definition is not complete.
  std::shared_ptr<const flow_plan> plan(std::string_view flow) const;

  /// The names of all flows, in order of definition.
  std::vector<std::string> flows() const;

private:
  friend class flow_definition;
  friend class process_definition;

  process_definition& define_process(std::string name);
  const process_definition* find_process(std::string_view name) const;
  std::shared_ptr<const flow_plan> seal(flow_definition& flow) const;
  std::shared_ptr<const resource_table> seal_resources() const;

  struct state;
  std::unique_ptr<state> state_;
};

} // namespace lightflow
