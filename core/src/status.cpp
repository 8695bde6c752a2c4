// SPDX-License-Identifier: MIT
#include "lightflow/core/status.hpp"

#include <string_view>
#include <utility>

namespace lightflow {

std::string to_string(status x) {
  static constexpr std::pair<status, std::string_view> names[] = {
    {status::pending, "pending"},
    {status::paused, "paused"},
    {status::recovering, "recovering"},
    {status::suspended, "suspended"},
    {status::success, "success"},
    {status::skipped, "skipped"},
    {status::failed, "failed"},
    {status::cancelled, "cancelled"},
    {status::timed_out, "timed_out"},
    {status::panicked, "panicked"},
    {status::error, "error"},
    {status::stopped, "stopped"},
    {status::callback_failed, "callback_failed"},
  };
  std::string result;
  for (auto& [flag, name] : names) {
    if (!x.has(flag))
      continue;
    if (!result.empty())
      result += '|';
    result += name;
  }
  return result.empty() ? "none" : result;
}

} // namespace lightflow
