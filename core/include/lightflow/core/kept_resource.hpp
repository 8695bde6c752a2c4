// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <memory>
#include <optional>
#include <string>

namespace lightflow {

/// What a resource held when its process was suspended.
struct suspended_resource {
  std::string name;
  std::shared_ptr<const writes> items; // what was put; null: nothing
  value entity;
};

/// Something that is attached to a process, and what is needed to have it again
/// in a recovered one.
struct kept_resource {
  std::string name;
  value parameter;
  /// What it held when its process was suspended; nothing if it was not.
  std::optional<suspended_resource> left = {};
};

} // namespace lightflow
