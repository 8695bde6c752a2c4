// SPDX-License-Identifier: MIT
#pragma once

#include "codec.hpp"
#include "records.hpp"

#include <filesystem>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>

namespace backup {

/// What the name of a file's copy has more than the name of the file.
inline constexpr const char* copy_suffix = ".zst";

/// This file cannot be saved; others can.
class file_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Work was given up because it was asked to stop.
class stopped : public std::runtime_error {
public:
  stopped() : std::runtime_error("stopped") {}
};

struct packing {
  packed_file file;
  bool changed = false; // while it was read: the copy may be a mixture
};

/// Makes copies below `copies` of the files below `source`, in little memory
/// whatever their size.
class packer {
public:
  packer(std::filesystem::path source, std::filesystem::path copies,
         std::stop_token stop);

  /// Compresses a file into its copy, with its permissions and its time, and
  /// hashes it on the way. Adds to `bytes` as it reads. Throws file_error if
  /// the file cannot be saved, std::system_error if the copy cannot be written,
  /// and `stopped` when asked to stop.
  packing pack(const std::string& path, std::atomic<std::uint64_t>& bytes);

private:
  std::filesystem::path source_;
  std::filesystem::path copies_;
  std::stop_token stop_;
  hasher hash_;
  compressor zstd_;
  std::vector<char> buffer_;
};

/// Reads copies back.
class verifier {
public:
  verifier(std::filesystem::path copies, std::stop_token stop);

  /// Decompresses and hashes a copy. Throws std::runtime_error unless it holds
  /// what was read when it was made, and `stopped` when asked to stop.
  void verify(const packed_file& file);

private:
  std::filesystem::path copies_;
  std::stop_token stop_;
  hasher hash_;
  decompressor zstd_;
  std::vector<char> buffer_;
};

} // namespace backup
