// SPDX-License-Identifier: MIT
#pragma once

// What a program that uses CAF itself needs beyond lightflow.hpp: the messages
// of engines, and what makes actor systems ready for them.

#include "lightflow/caf/actor_step.hpp"    // IWYU pragma: export
#include "lightflow/caf/engine_handle.hpp" // IWYU pragma: export
#include "lightflow/caf/error.hpp"         // IWYU pragma: export
#include "lightflow/caf/messages.hpp"      // IWYU pragma: export
#include "lightflow/caf/step_messages.hpp" // IWYU pragma: export
#include "lightflow/caf/system.hpp"        // IWYU pragma: export
