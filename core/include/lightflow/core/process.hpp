// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/process_state.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/unit.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lightflow {

/// A process under way, as its callbacks see it: before its first step or after
/// its last. Valid until the callback returns.
///
/// `get` gives what the process set, or else the last of its steps in
/// topological order, or else the caller of the run.
class process final : public unit {
public:
  /// `report` is on this process, as it is at the moment.
  process(std::shared_ptr<const process_run> self, process_report report)
      : unit(report.start()), self_(std::move(self)),
        report_(std::move(report)) {
    set_state(report_.state());
  }

  const std::string& name() const override {
    return self_->name;
  }

  std::string id() const override {
    return self_->id();
  }

  const run_info& run() const override {
    return *self_->run;
  }

  /// The process with its steps, as they were when these callbacks began.
  const process_report& report() const noexcept {
    return report_;
  }

  /// Whether it or one of its steps has one of the flags.
  template <class... Flags>
  bool has_any(Flags... flags) const {
    return state().has_any(flags...) || report_.has_any(flags...);
  }

  /// The value that one step set; nothing if it set none. Throws
  /// lightflow::error with error_code::unknown_step, and as `get` does.
  template <class T>
  std::optional<T> get_by_step(std::string_view step,
                               std::string_view key) const {
    return as<T>(report_.step(step).find(key), "key", key);
  }

  /// As `step::attach`.
  lightflow::result<resource_ptr> attach(std::string_view resource,
                                         const value& parameter = {}) {
    return self_->attach(resource, parameter, *this);
  }

  /// As `step::acquire`.
  resource_ptr acquire(std::string_view resource) const {
    return self_->acquire(resource);
  }

private:
  const value* find_inherited(const hashed_key& key) const override {
    return report_.find(key.text());
  }

  context_reader inherited_reader() const override {
    return [x = report_](std::string_view key) { return x.find(key); };
  }

  event make_event(event_stage stage, problem cause) const override {
    return self_->make_event(stage, std::move(cause));
  }

  std::shared_ptr<const process_run> self_;
  process_report report_;
};

} // namespace lightflow
