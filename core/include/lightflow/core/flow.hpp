// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/report.hpp"
#include "lightflow/core/unit.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lightflow {

/// A run of a flow, as the flow's callbacks see it: before its processes start
/// or after they ended. Valid until the callback returns.
///
/// `get` gives what the flow's callbacks set, or else the caller of the run.
class flow final : public unit {
public:
  flow(std::shared_ptr<const run_info> self, run_report report)
      : unit(report.start()), self_(std::move(self)),
        report_(std::move(report)) {
    set_state(report_.state());
  }

  const std::string& name() const override {
    return self_->flow_name;
  }

  /// The id of the run.
  std::string id() const override {
    return self_->id;
  }

  const run_info& run() const override {
    return *self_;
  }

  /// The run with its processes and steps, as they were when these callbacks
  /// began.
  const run_report& report() const noexcept {
    return report_;
  }

  /// Whether it or anything below it has one of the flags.
  template <class... Flags>
  bool has_any(Flags... flags) const {
    return state().has_any(flags...) || report_.has_any(flags...);
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

  std::shared_ptr<const run_info> self_;
  run_report report_;
};

} // namespace lightflow
