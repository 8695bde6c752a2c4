// SPDX-License-Identifier: MIT
#include "lightflow/core/problem.hpp"

#include <boost/stacktrace.hpp>

namespace lightflow {

problem problem::of_current_exception() {
  problem result;
  result.exception = std::current_exception();
  try {
    throw;
  } catch (const std::exception& e) {
    result.message = e.what();
  } catch (...) {
    result.message = "it threw something that is no std::exception";
  }
  for (auto& frame : boost::stacktrace::stacktrace())
    result.frames.push_back(frame.address());
  return result;
}

std::string problem::describe() const {
  return (is_panic() ? "threw: " : "failed: ") + message;
}

} // namespace lightflow
