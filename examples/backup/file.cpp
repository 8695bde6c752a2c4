// SPDX-License-Identifier: MIT
#include "file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace fs = std::filesystem;

namespace backup {

namespace {

void check(bool ok, const fs::path& path) {
  if (!ok)
    throw std::system_error(errno, std::generic_category(), path.native());
}

} // namespace

std::string error_text() {
  return std::generic_category().message(errno);
}

file::file(const fs::path& path, int flags, mode_t mode)
    : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}

file::~file() {
  if (is_open())
    ::close(descriptor_);
}

std::optional<std::size_t> file::read(std::span<char> buffer) const {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    auto rest = buffer.subspan(filled);
    auto n = ::read(descriptor_, rest.data(), rest.size());
    if (n == 0)
      break;
    if (n < 0 && errno != EINTR)
      return std::nullopt;
    if (n > 0)
      filled += static_cast<std::size_t>(n);
  }
  return filled;
}

bool file::write(bytes_view xs) const {
  while (!xs.empty()) {
    auto n = ::write(descriptor_, xs.data(), xs.size());
    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0)
      xs = xs.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool file::close() {
  return ::close(std::exchange(descriptor_, -1)) == 0;
}

void write_whole_file(const fs::path& path, std::string_view content) {
  auto draft = path;
  draft += ".part";
  file out{draft, O_WRONLY | O_CREAT | O_TRUNC, 0666};
  check(out.is_open() && out.write(bytes_view{content})
          && ::fsync(out.descriptor()) == 0 && out.close(),
        draft);
  fs::rename(draft, path);
  file directory{path.parent_path(), O_RDONLY | O_DIRECTORY};
  check(directory.is_open() && ::fsync(directory.descriptor()) == 0, path);
}

void sync_file_system(const fs::path& path) {
  file directory{path, O_RDONLY | O_DIRECTORY};
  check(directory.is_open() && ::syncfs(directory.descriptor()) == 0, path);
}

std::string printable(std::string_view path) {
  std::string result;
  for (auto c : path) {
    if (c == '\n')
      result += "\\n";
    else if (c == '\r')
      result += "\\r";
    else if (c == '\\')
      result += "\\\\";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      result += c;
  }
  return result;
}

} // namespace backup
