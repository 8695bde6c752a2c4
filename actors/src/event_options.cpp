// SPDX-License-Identifier: MIT
#include "lightflow/actors/event_options.hpp"

#include "lightflow/core/error.hpp"

namespace lightflow {

event_options& event_options::capacity(std::size_t x) {
  if (x == 0)
    throw definition_error("an event queue of capacity 0 holds no event: use "
                           "1 or more");
  capacity_ = x;
  return *this;
}

event_options& event_options::handlers_at_once(std::size_t x) {
  if (x == 0)
    throw definition_error("no event is handled by 0 handlers at once: use 1 "
                           "or more");
  handlers_at_once_ = x;
  return *this;
}

event_options& event_options::time_limit(duration x) {
  if (x <= duration::zero())
    throw definition_error("the time limit of event handlers must be positive");
  time_limit_ = x;
  return *this;
}

event_options& event_options::log(event_stage stage, bool on) {
  silenced_[static_cast<std::size_t>(stage)] = !on;
  return *this;
}

} // namespace lightflow
