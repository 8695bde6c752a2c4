// SPDX-License-Identifier: MIT
#include "scratch_directory.hpp"

#include <atomic>

#include <fmt/format.h>
#include <unistd.h>

namespace lightflow::benchmarks {

scratch_directory::scratch_directory() {
  static std::atomic<int> count = 0;
  path_ = std::filesystem::temp_directory_path()
          / fmt::format("lightflow_benchmarks.{}.{}", getpid(), ++count);
  std::filesystem::create_directory(path_);
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace lightflow::benchmarks
