// SPDX-License-Identifier: MIT
#include "run_errors.hpp"

#include <fmt/format.h>

namespace lightflow {

error engine_is_closed() {
  return {error_code::engine_closed, "the engine was destroyed"};
}

error engine_was_destroyed(const std::string& run) {
  return {error_code::engine_closed,
          fmt::format(R"(run "{}" did not come to its end: its engine was )"
                      "destroyed",
                      run)};
}

error closed_by_defect(const std::string& run) {
  return {error_code::internal,
          fmt::format(R"(run "{}" did not come to its end because of a defect )"
                      "of the library: see the log",
                      run)};
}

error unknown_run(const std::string& run) {
  return {error_code::unknown_run,
          fmt::format(R"(no run "{:.200}" is known to the engine)", run)};
}

error not_removed(const std::string& run) {
  return {error_code::journal_failed,
          fmt::format(R"(run "{}" could not be removed: the engine was )"
                      "destroyed before the journal could be written",
                      run)};
}

} // namespace lightflow
