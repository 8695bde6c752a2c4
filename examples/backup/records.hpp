// SPDX-License-Identifier: MIT
#pragma once

#include <lightflow/core/codec.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

// What the steps of a backup hand to one another. Paths are relative to the
// directory that is backed up, and can hold any bytes.

namespace backup {

/// A file as the scan found it.
struct source_file {
  std::string path;
  std::uint64_t size = 0;

  MSGPACK_DEFINE(path, size)
};

/// A file of which there is a copy.
struct packed_file {
  std::string path;
  std::uint64_t size = 0;   // of what was read
  std::uint64_t stored = 0; // of the compressed copy
  std::string sha256;       // of what was read, in hexadecimal

  MSGPACK_DEFINE(path, size, stored, sha256)
};

/// A file or directory that was not saved, or not well, and why.
struct problem {
  std::string path;
  std::string reason;

  MSGPACK_DEFINE(path, reason)
};

using source_files = std::vector<source_file>;
using packed_files = std::vector<packed_file>;
using problems = std::vector<problem>;

/// What a scan found.
struct scan_summary {
  std::uint64_t files = 0; // that are to be saved
  std::uint64_t bytes = 0; // in them
  std::uint64_t directories = 0;
  std::uint64_t symlinks = 0;
  std::uint64_t special_files = 0;

  MSGPACK_DEFINE(files, bytes, directories, symlinks, special_files)
};

/// What a backup, or a part of it, came to.
struct totals {
  std::uint64_t files = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;

  MSGPACK_DEFINE(files, bytes_in, bytes_out)
};

/// How far a backup is; steps count, whoever likes reads.
struct progress {
  std::atomic<std::uint64_t> files_found = 0;
  std::atomic<std::uint64_t> bytes_found = 0;
  std::atomic<std::uint64_t> files_packed = 0;
  std::atomic<std::uint64_t> bytes_packed = 0;
  std::atomic<std::uint64_t> files_verified = 0;
};

} // namespace backup
