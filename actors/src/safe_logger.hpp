// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/log.hpp"

namespace lightflow {

/// A logger of the user that does no harm when it throws; the default logger if
/// it is empty.
log_function safe_logger(log_function log);

} // namespace lightflow
