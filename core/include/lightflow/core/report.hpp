// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/process_state.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/value.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow {

/// What a report is made of: shared by the reports on a run and on its units.
struct run_snapshot {
  std::string id;
  std::shared_ptr<const flow_plan> flow;
  std::shared_ptr<const writes> input;
  status own;        // flags of the run itself
  std::string error; // what went wrong with the run itself
  time_point start;
  time_point end;
  std::vector<std::shared_ptr<const process_state>> processes;
  /// What the run itself waits for.
  wake_source wakes_by = wake_source::ended;
};

/// What the reports on all kinds of units have in common.
template <class Derived>
class unit_report {
public:
  template <class... Flags>
  bool has(Flags... flags) const {
    return self().state().has(flags...);
  }

  /// Whether it ended, and ended normally.
  bool success() const {
    return self().state().succeeded();
  }

  /// From start to end; of what has not ended, to the last end within it.
  lightflow::duration duration() const {
    return std::max(lightflow::duration::zero(),
                    lightflow::duration{self().end() - self().start()});
  }

  /// The value that the unit sees under a key, as `find` says; nothing if it
  /// sees none. Throws lightflow::error with error_code::wrong_type if it is no
  /// T.
  template <class T>
  std::optional<T> get(std::string_view key) const {
    auto x = self().find(key);
    return x != nullptr ? std::optional<T>{x->template as<T>()} : std::nullopt;
  }

protected:
  ~unit_report() = default;

private:
  const Derived& self() const {
    return static_cast<const Derived&>(*this);
  }
};

/// How one step of a run went, or goes at the moment the report was made.
class step_report : public unit_report<step_report> {
public:
  step_report(std::shared_ptr<const run_snapshot> run, std::size_t process,
              step_index step)
      : run_(std::move(run)), process_(process), step_(step) {}

  const std::string& name() const;
  std::string id() const;
  const std::string& process_name() const;
  std::string process_id() const;
  const std::string& flow_name() const;
  const std::string& run_id() const;

  /// The names of the steps that it runs after.
  std::vector<std::string> dependencies() const;

  status state() const;

  /// How many attempts were made or are under way; 0 if it did not start.
  std::uint32_t attempt() const;

  /// Of its first attempt. Of a step that never ran, when it was decided so.
  time_point start() const;

  /// With the callbacks after it; of a step that timed out or was kept from
  /// running, when it was decided so.
  time_point end() const;

  /// Step, stage, id and reason of what went wrong; empty if nothing did.
  std::string error() const;

  /// What it returned; nothing if it returned nothing. Throws lightflow::error
  /// with error_code::wrong_type if it is no T.
  template <class T>
  std::optional<T> result() const {
    auto x = returned();
    return x != nullptr ? std::optional<T>{x->as<T>()} : std::nullopt;
  }

  /// What it set itself; null if it did not set that key.
  const value* find(std::string_view key) const;

  /// What it returned, as it is held; null if it returned nothing.
  const value* returned() const;

private:
  const process_state& process() const;

  std::shared_ptr<const run_snapshot> run_;
  std::size_t process_;
  step_index step_;
};

/// How one process of a run went, or goes at the moment of the report.
class process_report : public unit_report<process_report> {
public:
  process_report(std::shared_ptr<const run_snapshot> run, std::size_t process)
      : run_(std::move(run)), process_(process) {}

  const std::string& name() const;
  std::string id() const;
  const std::string& flow_name() const;
  const std::string& run_id() const;

  status state() const;

  /// Whether it or one of its steps has one of the flags.
  template <class... Flags>
  bool has_any(Flags... flags) const {
    return self().any_status().has_any(flags...);
  }

  time_point start() const;

  /// With the callbacks after it, and the release of its resources.
  time_point end() const;

  /// What went wrong with the process itself, as opposed to its steps; empty if
  /// nothing did.
  std::string error() const;

  std::vector<step_report> steps() const;

  /// The steps that ended abnormally.
  std::vector<step_report> failed_steps() const;

  /// What the process was run by.
  const process_plan& plan() const {
    return self().plan();
  }

  /// Throws lightflow::error with error_code::unknown_step.
  step_report step(std::string_view name) const;

  /// What the process sees under a key: what it set itself, or the last of its
  /// steps in topological order, or the caller; null if none did.
  const value* find(std::string_view key) const;

private:
  const process_state& self() const;

  std::shared_ptr<const run_snapshot> run_;
  std::size_t process_;
};

/// How a run went, or goes at the moment of the report. Cheap to copy; stays
/// valid after the engine is gone.
class run_report : public unit_report<run_report> {
public:
  explicit run_report(std::shared_ptr<const run_snapshot> run)
      : run_(std::move(run)) {}

  /// The name of the flow.
  const std::string& name() const;
  const std::string& id() const;

  status state() const;

  /// Whether the run, or anything below it, has one of the flags.
  template <class... Flags>
  bool has_any(Flags... flags) const {
    return any_status().has_any(flags...);
  }

  bool has_ended() const {
    return !state().has(status::pending);
  }

  time_point start() const;
  time_point end() const;

  /// What went wrong with the run itself, as opposed to its processes; empty if
  /// nothing did.
  const std::string& error() const;

  std::vector<process_report> processes() const;

  /// The processes that ended abnormally.
  std::vector<process_report> failed_processes() const;

  /// All steps of all processes that ended abnormally.
  std::vector<step_report> failed_steps() const;

  /// Throws lightflow::error with error_code::unknown_process.
  process_report process(std::string_view name) const;

  /// What the caller or the flow's callbacks set: a run does not see what its
  /// processes and steps set. Null if they did not set that key.
  const value* find(std::string_view key) const;

  /// The errors of the run, its processes and its steps, a line each.
  std::string errors() const;

  /// What will make the run go on: its own source, or those of its processes
  /// that have not ended. Empty only if it is at its end for good.
  std::vector<wake_reason> wakes_by() const;

private:
  status any_status() const;

  std::shared_ptr<const run_snapshot> run_;
};

} // namespace lightflow
