// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"

#include <string>

// What several actors say when they have nothing better to answer.

namespace lightflow {

/// Whatever is asked of an engine that is not there any more.
error engine_is_closed();

/// Why a run is closed along with its engine.
error engine_was_destroyed(const std::string& run);

/// Why a run is closed whose supervisor, or what that needs, has died.
error closed_by_defect(const std::string& run);

/// No such run is under way, remembered or in the journal. The text does not
/// grow with the id.
error unknown_run(const std::string& run);

/// The engine ended before a run could be removed from the journal.
error not_removed(const std::string& run);

} // namespace lightflow
