// SPDX-License-Identifier: MIT
#include "lightflow/core/time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace lightflow {

std::string describe(duration x) {
  using namespace std::chrono;
  return x >= seconds{10} ? fmt::format("{}", duration_cast<seconds>(x))
                          : fmt::format("{}", duration_cast<milliseconds>(x));
}

} // namespace lightflow
