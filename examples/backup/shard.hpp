// SPDX-License-Identifier: MIT
#pragma once

#include "records.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace backup {

/// How far the part of the files is that one step packs.
struct shard {
  source_files left;
  packed_files packed;
  problems failed;
  std::uint32_t tries = 0; // that left files which changed

  MSGPACK_DEFINE(left, packed, failed, tries)
};

/// Keeps shards in files. They grow with the number of files that are backed
/// up, and a run's context is for small values: it holds their names.
class shard_files {
public:
  explicit shard_files(std::filesystem::path directory)
      : directory_(std::move(directory)) {}

  /// Writes a shard, safely on disk as a whole, under a name that no other step
  /// or attempt uses. Throws std::system_error.
  void write(const std::string& name, const shard& x) const;

  /// Throws std::runtime_error if it is not there or damaged.
  shard read(const std::string& name) const;

private:
  std::filesystem::path directory_;
};

} // namespace backup
