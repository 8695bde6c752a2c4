// SPDX-License-Identifier: MIT
#include "lightflow/core/resource_definition.hpp"

#include "lightflow/core/error.hpp"

#include <fmt/format.h>

namespace lightflow {

void resource_definition::require_unsealed() const {
  if (sealed_)
    throw definition_error(
      fmt::format(R"(resource "{}" cannot be changed any more: a run of its )"
                  "catalog has been started",
                  name_));
}

} // namespace lightflow
