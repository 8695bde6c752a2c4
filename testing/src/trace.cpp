// SPDX-License-Identifier: MIT
#include "lightflow/testing/trace.hpp"

#include <chrono>

#include <fmt/format.h>

namespace lightflow::testing {

std::string trace::text() const {
  using seconds = std::chrono::duration<double>;
  std::string result;
  for (auto& x : entries_)
    result += fmt::format("{:>12.3f} s  {}\n", seconds{x.time}.count(), x.what);
  return result;
}

} // namespace lightflow::testing
