// SPDX-License-Identifier: MIT
#include "control_request.hpp"

#include "lightflow/core/error.hpp"

#include <fmt/format.h>

namespace lightflow {

control make_control(const flow_plan& flow, control_action action,
                     std::optional<std::string_view> process) {
  control result{action, std::nullopt};
  if (!process)
    return result;
  result.process = flow.find(*process);
  if (!result.process)
    throw error(error_code::unknown_process,
                fmt::format(R"(flow "{}" has no process "{:.200}")", flow.name,
                            *process));
  return result;
}

} // namespace lightflow
