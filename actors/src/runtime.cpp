// SPDX-License-Identifier: MIT
#include "runtime.hpp"

#include <system_error>

#include <fmt/format.h>

namespace lightflow {

namespace {

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

} // namespace

thread_pool* runtime::event_pool() {
  if (pool == nullptr || events_pool != nullptr)
    return events_pool.get();
  try {
    events_pool = std::make_unique<thread_pool>(
      system, thread_pool::options{1, event_threads()});
  } catch (const std::system_error&) {
    return pool; // the next event tries again
  }
  return events_pool.get();
}

void runtime::log_defect(std::string_view actor,
                         std::exception_ptr what) const {
  log(log_level::error, describe_defect(actor, std::move(what)));
}

} // namespace lightflow
