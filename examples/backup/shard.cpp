// SPDX-License-Identifier: MIT
#include "shard.hpp"

#include "file.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

namespace backup {

void shard_files::write(const std::string& name, const shard& x) const {
  std::ostringstream out;
  msgpack::pack(out, x);
  std::filesystem::create_directories(directory_);
  write_whole_file(directory_ / name, out.str());
}

shard shard_files::read(const std::string& name) const {
  std::ifstream in{directory_ / name, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  try {
    return msgpack::unpack(bytes.data(), bytes.size())->as<shard>();
  } catch (const std::exception&) {
    throw std::runtime_error(
      fmt::format("{} is not there or damaged", (directory_ / name).native()));
  }
}

} // namespace backup
