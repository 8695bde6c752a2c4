// SPDX-License-Identifier: MIT
#include "runtime.hpp"

#include <fmt/format.h>

namespace lightflow {

void runtime::log_defect(std::string_view actor,
                         std::exception_ptr what) const {
  try {
    std::rethrow_exception(std::move(what));
  } catch (const std::exception& e) {
    log(log_level::error, fmt::format("{} died of an exception, please report "
                                      "it: {}",
                                      actor, e.what()));
  } catch (...) {
    log(log_level::error,
        fmt::format("{} died of an exception of unknown type", actor));
  }
}

} // namespace lightflow
