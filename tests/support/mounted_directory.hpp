// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include <sys/mount.h>

namespace lightflow::tests {

/// A file system in memory, mounted on a directory for as long as this lives.
class mounted_directory {
public:
  /// @param size in bytes
  mounted_directory(std::filesystem::path where, std::size_t size)
      : where_(std::move(where)) {
    std::filesystem::create_directories(where_);
    auto options = "size=" + std::to_string(size);
    is_mounted_
      = ::mount("tmpfs", where_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }

  ~mounted_directory() {
    if (is_mounted_)
      ::umount2(where_.c_str(), MNT_DETACH);
  }

  mounted_directory(const mounted_directory&) = delete;
  mounted_directory& operator=(const mounted_directory&) = delete;

  /// False without the right to mount: then a test has nothing to go by.
  explicit operator bool() const noexcept {
    return is_mounted_;
  }

  bool make_read_only() {
    return ::mount(nullptr, where_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY,
                   nullptr)
           == 0;
  }

private:
  std::filesystem::path where_;
  bool is_mounted_ = false;
};

} // namespace lightflow::tests
