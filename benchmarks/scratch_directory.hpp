// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace lightflow::benchmarks {

/// An empty directory for temporary files, which goes with all that is in it.
class scratch_directory {
public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  const std::filesystem::path& path() const noexcept {
    return path_;
  }

private:
  std::filesystem::path path_;
};

} // namespace lightflow::benchmarks
