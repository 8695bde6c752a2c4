// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/step.hpp"
#include "lightflow/core/unit.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace lightflow {

/// What whoever runs a unit does with it, and its functions cannot.
struct unit_access {
  static void set_state(unit& self, status x) {
    self.set_state(x);
  }

  static void set_end(unit& self, time_point x) {
    self.set_end(x);
  }

  /// Adds to what went wrong, and to the status.
  static void add_error(unit& self, status flag, std::string_view error) {
    self.add_error(flag, error);
  }

  /// Takes what was set at its own level until now.
  static writes take_writes(unit& self) {
    return self.take_writes();
  }

  /// The same, to be shared; null if nothing was set.
  static std::shared_ptr<const writes> share_writes(unit& self) {
    return self.share_writes();
  }

  /// Sets what its function returned.
  static void set_returned(step& self, value x) {
    self.set_returned(std::move(x));
  }

  static value take_returned(step& self) {
    return self.take_returned();
  }
};

} // namespace lightflow
