// SPDX-License-Identifier: MIT
#include "manifest.hpp"

#include "file.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace backup {

namespace {

/// As sha256sum writes paths: a backslash at the start of the line says that
/// line breaks and backslashes in it are escaped.
struct sums_path {
  explicit sums_path(const std::string& path) {
    for (auto c : path) {
      if (c == '\n')
        text += "\\n";
      else if (c == '\r')
        text += "\\r";
      else if (c == '\\')
        text += "\\\\";
      else
        text += c;
    }
    mark = text.size() != path.size() ? "\\" : "";
  }

  const char* mark;
  std::string text;
};

} // namespace

void remove_former_backup(const std::filesystem::path& target) {
  for (auto name : {"manifest.txt", "SHA256SUMS", "files"})
    std::filesystem::remove_all(target / name);
}

void write_manifest(const std::filesystem::path& target, packed_files files) {
  std::ranges::sort(files, {}, &packed_file::path);
  std::string sums;
  std::string manifest;
  for (auto& file : files) {
    sums_path path{file.path};
    fmt::format_to(std::back_inserter(sums), "{}{}  {}\n", path.mark,
                   file.sha256, path.text);
    fmt::format_to(std::back_inserter(manifest), "{}{}  {:>12}  {}\n",
                   path.mark, file.sha256, file.size, path.text);
  }
  write_whole_file(target / "SHA256SUMS", sums);
  write_whole_file(target / "manifest.txt", manifest);
}

} // namespace backup
