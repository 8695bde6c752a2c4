// SPDX-License-Identifier: MIT
#include "lightflow/actors/log.hpp"

#include <spdlog/spdlog.h>

namespace lightflow {

log_function spdlog_logger() {
  return [](log_level level, std::string_view text) {
    switch (level) {
    case log_level::debug:
      return spdlog::debug("{}", text);
    case log_level::info:
      return spdlog::info("{}", text);
    case log_level::warning:
      return spdlog::warn("{}", text);
    case log_level::error:
      return spdlog::error("{}", text);
    }
  };
}

} // namespace lightflow
