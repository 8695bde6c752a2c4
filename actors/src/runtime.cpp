// SPDX-License-Identifier: MIT
#include "runtime.hpp"

#include <fmt/format.h>

namespace lightflow {

std::string describe_defect(std::string_view actor, std::exception_ptr what) {
  try {
    std::rethrow_exception(std::move(what));
  } catch (const std::exception& e) {
    return fmt::format("{} died of an exception, please report it: {}", actor,
                       e.what());
  } catch (...) {
    return fmt::format("{} died of an exception of unknown type", actor);
  }
}

void runtime::log_defect(std::string_view actor,
                         std::exception_ptr what) const {
  log(log_level::error, describe_defect(actor, std::move(what)));
}

} // namespace lightflow
