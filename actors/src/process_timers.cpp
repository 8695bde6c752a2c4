// SPDX-License-Identifier: MIT
#include "process_timers.hpp"

namespace lightflow {

std::optional<process_timer> process_timers::take_due(time_point now) {
  if (timers_.empty() || timers_.top().time > now)
    return std::nullopt;
  auto result = timers_.top();
  timers_.pop();
  return result;
}

} // namespace lightflow
