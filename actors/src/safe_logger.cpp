// SPDX-License-Identifier: MIT
#include "safe_logger.hpp"

#include <utility>

namespace lightflow {

log_function safe_logger(log_function log) {
  if (!log)
    log = spdlog_logger();
  return [log = std::move(log)](log_level level, std::string_view text) {
    try {
      log(level, text);
    } catch (...) {
      // There is nowhere to tell it.
    }
  };
}

} // namespace lightflow
