// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/context.hpp"
#include "lightflow/core/step.hpp"
#include "lightflow/core/writes.hpp"

#include <string_view>

namespace lightflow {

/// What a delegated step takes along: the part of the context that its function
/// may read. Immutable, and any number of threads may read it; it may outlive
/// the step and its run.
class step_input {
public:
  /// Of a step whose function is about to begin. Copies what the step itself
  /// has set by then, and shares all else.
  explicit step_input(const step& self)
      : view_(self.view()), own_(self.own_writes()) {}

  /// What the step would `get`; null if it sees nothing there, or has not
  /// declared that it reads the key.
  const value* find(std::string_view key) const;

  /// What an ancestor returned; null if it is no ancestor or returned nothing.
  const value* result(std::string_view step) const {
    return view_.result(step);
  }

  /// All that `find` finds.
  writes context() const;

  /// What the steps returned that it was defined to run after, by their names.
  writes results() const;

private:
  step_view view_;
  writes own_;
};

} // namespace lightflow
