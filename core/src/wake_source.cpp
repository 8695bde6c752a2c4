// SPDX-License-Identifier: MIT
#include "lightflow/core/wake_source.hpp"

namespace lightflow {

std::string_view to_string(wake_source x) {
  static constexpr std::string_view names[wake_sources] = {
    "ended",  "start",     "preparation", "running_step", "ready_step", "retry",
    "resume", "processes", "conclusion",  "recovery",     "worker"};
  return names[static_cast<std::size_t>(x)];
}

} // namespace lightflow
