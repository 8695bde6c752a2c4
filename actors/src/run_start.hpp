// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/writes.hpp"

#include "actors.hpp"

#include <string>
#include <string_view>

namespace lightflow {

class engine_core;

/// What starts a run under an id of the engine's making. Throws what
/// engine::start says, as far as it can be told beforehand.
start_run make_start(const engine_core& core, std::string_view flow,
                     writes input);

/// The same for an id that was chosen. Throws error_code::bad_run_id.
start_run make_start_as(const engine_core& core, std::string id,
                        std::string_view flow, writes input);

} // namespace lightflow
