// SPDX-License-Identifier: MIT
#include "lightflow/persistence/run_summary.hpp"

namespace lightflow {

std::string_view to_string(run_condition x) {
  static constexpr std::string_view names[run_conditions]
    = {"running", "suspended", "finished"};
  return names[static_cast<std::size_t>(x)];
}

} // namespace lightflow
