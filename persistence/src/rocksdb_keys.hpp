// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/run_summary.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <rocksdb/db.h>

namespace lightflow::detail {

/// The column families, in the order in which they are opened.
enum family : std::size_t { meta, runs, conditions, records, definitions };

inline const std::array<std::string, 5> family_names{
  rocksdb::kDefaultColumnFamilyName, "runs", "conditions", "records",
  "definitions"};

inline rocksdb::Slice slice(std::string_view x) {
  return {x.data(), x.size()};
}

inline std::string_view view(const rocksdb::Slice& x) {
  return {x.data(), x.size()};
}

/// What the keys of a run's records begin with; no id has a zero byte.
inline std::string prefix_of(std::string_view run) {
  return std::string{run} + '\0';
}

/// Comes after the keys of all records of a run, and before those of the next.
inline std::string end_of(std::string_view run) {
  return std::string{run} + '\1';
}

/// How many bytes the number of a record has in its key.
constexpr std::size_t sequence_size = 8;

/// Big-endian, so that keys sort as numbers do.
inline std::string key_of(std::string_view run, std::uint64_t sequence) {
  std::string result;
  result.reserve(run.size() + 1 + sequence_size);
  result += run;
  result += '\0';
  for (int shift = 56; shift >= 0; shift -= 8)
    result += static_cast<char>(sequence >> shift & 0xFF);
  return result;
}

inline std::uint64_t sequence_of(std::string_view key) {
  std::uint64_t result = 0;
  for (auto c : key.substr(key.size() - sequence_size))
    result = result << 8 | static_cast<unsigned char>(c);
  return result;
}

inline std::string index_key(run_condition condition, std::string_view run) {
  return static_cast<char>('0' + static_cast<int>(condition))
         + std::string{run};
}

} // namespace lightflow::detail
