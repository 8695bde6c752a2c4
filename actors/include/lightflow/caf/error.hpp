// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"

#include <caf/atom.hpp>
#include <caf/error.hpp>

namespace lightflow {

/// The category of errors by which an engine refuses a message.
inline constexpr caf::atom_value error_category = caf::atom("lightflow");

/// An error that can be sent: code and text.
caf::error to_caf(const error& x);

/// What an error says that came as the answer to a message. Errors of CAF
/// itself, such as a time limit that is over, or an engine that is gone, become
/// error_code::engine_closed or error_code::cannot_connect.
error from_caf(const caf::error& x);

} // namespace lightflow
