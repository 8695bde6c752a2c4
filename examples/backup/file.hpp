// SPDX-License-Identifier: MIT
#pragma once

#include "codec.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace backup {

/// What `errno` says.
std::string error_text();

/// An open file. Errors are left in `errno`, since what they mean depends on
/// what the file is for.
class file {
public:
  file(const std::filesystem::path& path, int flags, mode_t mode = 0);

  file(const file&) = delete;
  file& operator=(const file&) = delete;

  ~file();

  bool is_open() const {
    return descriptor_ >= 0;
  }

  int descriptor() const {
    return descriptor_;
  }

  /// Fills `buffer`, or less of it at the end of the file, and gives how much
  /// that is; nothing after an error.
  std::optional<std::size_t> read(std::span<char> buffer) const;

  /// Writes all of `xs`.
  bool write(bytes_view xs) const;

  /// Fails if something written is known to be lost.
  bool close();

private:
  int descriptor_;
};

/// Puts a file there as a whole and safely on disk, or not at all. Throws
/// std::system_error.
void write_whole_file(const std::filesystem::path& path,
                      std::string_view content);

/// Brings all that was written to the file system of `path` to the disk. Throws
/// std::system_error.
void sync_file_system(const std::filesystem::path& path);

/// A path as text in one line: control characters and backslashes escaped as
/// sha256sum does, or else as \x and two digits.
std::string printable(std::string_view path);

} // namespace backup
