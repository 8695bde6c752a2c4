// SPDX-License-Identifier: MIT
// What is shown of a process: how it and its steps are, and why.
#include "lightflow/core/process_state.hpp"

#include <fmt/format.h>

namespace lightflow {

status process_state::own_status() const {
  if (has_ended())
    return outcome();
  auto result = own_ | status::pending;
  if (paused_)
    result.add(status::paused);
  if (recovering_)
    result.add(status::recovering);
  return result;
}

status process_state::outcome() const {
  auto well = !own_.is_abnormal() && !seen_.is_abnormal();
  auto result = own_ | (well ? status::success : status::failed);
  if (!well && recoverable_)
    result.add(status::suspended);
  if (recovering_)
    result.add(status::recovering);
  return result;
}

std::string process_state::own_error(std::string_view id) const {
  std::string reasons;
  auto add = [&](std::string_view x) {
    if (!reasons.empty())
      reasons += "; ";
    reasons += x;
  };
  if (own_.has(status::cancelled))
    add("was cancelled: its run could not start");
  if (own_.has(status::stopped))
    add("was stopped");
  if (!own_error_.empty())
    add(own_error_);
  return reasons.empty() ? reasons
                         : fmt::format(R"(process "{}" (id {}) {})",
                                       plan().name, id, reasons);
}

std::optional<callback_breakpoint>
process_state::breakpoint(step_index x) const {
  auto i = breakpoints_.find(x);
  return i != breakpoints_.end() ? std::optional{i->second} : std::nullopt;
}

std::string process_state::error_of(step_index x, std::string_view id) const {
  if (!steps_[x].flags.is_abnormal())
    return {};
  auto result = own_error_of(x, id);
  if (auto i = conclusion_errors_.find(x); i != conclusion_errors_.end())
    result += "; " + i->second;
  if (auto i = failed_.find(x); i != failed_.end() && !i->second.error.empty())
    result += "; before that, " + i->second.error;
  return result;
}

std::string process_state::own_error_of(step_index x,
                                        std::string_view id) const {
  if (auto i = errors_.find(x); i != errors_.end())
    return i->second;
  return fmt::format(R"(step "{}" (id {}) {})", plan().steps[x].name, id,
                     reason_of(x));
}

/// Why a step ended that did not end by itself.
std::string process_state::reason_of(step_index x) const {
  auto flags = steps_[x].flags;
  auto attempt = steps_[x].attempt;
  if (flags.has(status::stopped))
    return attempt == 0
             ? "did not start: its process was stopped"
             : fmt::format("was not tried again after attempt {}: its process "
                           "was stopped",
                           attempt);
  if (flags.has(status::timed_out))
    return "did not end in time: its process timed out";
  for (auto dependency : plan().graph.dependencies(x))
    if (steps_[dependency].flags.is_abnormal())
      return fmt::format(R"(was cancelled: step "{}", which it runs after, )"
                         "did not succeed",
                         plan().steps[dependency].name);
    else if (follow_failures_.contains(dependency))
      return fmt::format(R"(was cancelled: something before the skipped step )"
                         R"("{}", which it runs after, did not succeed)",
                         plan().steps[dependency].name);
  return own_.has(status::timed_out) ? "was cancelled: its process timed out"
                                     : "was cancelled: its process did not run";
}

} // namespace lightflow
