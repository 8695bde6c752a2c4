// SPDX-License-Identifier: MIT
#include "process_timers.hpp"

#include <algorithm>

namespace lightflow {

std::optional<process_timer> process_timers::take_due(time_point now) {
  if (timers_.empty() || timers_.top().time > now)
    return std::nullopt;
  auto result = timers_.top();
  timers_.pop();
  return result;
}

std::optional<duration> process_timers::next_wake(time_point now,
                                                  duration horizon) {
  if (timers_.empty())
    return std::nullopt;
  auto next = timers_.top().time;
  if (next > now + horizon || (wake_ && *wake_ <= next))
    return std::nullopt;
  wake_ = next;
  return std::max<duration>(next - now, duration::zero());
}

} // namespace lightflow
