// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string_view>

namespace lightflow {

enum class log_level { debug, info, warning, error };

/// Where an engine's log goes. Called from any of the engine's threads, also
/// from several at once.
using log_function = std::function<void(log_level, std::string_view)>;

/// Logs through spdlog's default logger.
log_function spdlog_logger();

} // namespace lightflow
