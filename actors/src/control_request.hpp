// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/plan.hpp"

#include "actors.hpp"

#include <optional>
#include <string_view>

namespace lightflow {

/// A control for a run of this flow, or for one process of it. Throws
/// lightflow::error with error_code::unknown_process.
control make_control(const flow_plan& flow, control_action action,
                     std::optional<std::string_view> process);

} // namespace lightflow
