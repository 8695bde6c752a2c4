// SPDX-License-Identifier: MIT
#include "rocksdb_entries.hpp"

#include <unordered_map>

namespace lightflow::detail {

namespace {

constexpr std::size_t size_of_size = 4;

/// An entry that has this many bytes gets no more records.
constexpr std::size_t full = 64U << 10;

void append_record(std::string& to, std::string_view record) {
  for (int shift = 24; shift >= 0; shift -= 8)
    to += static_cast<char>(record.size() >> shift & 0xFF);
  to += record;
}

std::size_t read_size(std::string_view bytes) {
  std::size_t result = 0;
  for (auto c : bytes.substr(0, size_of_size))
    result = result << 8 | static_cast<unsigned char>(c);
  return result;
}

} // namespace

std::vector<entry> entries_of(const std::vector<journal_batch::record>& xs) {
  std::vector<entry> result;
  std::unordered_map<std::string_view, std::size_t> of_run;
  for (auto& x : xs) {
    auto [i, is_new] = of_run.try_emplace(x.run, result.size());
    if (!is_new && result[i->second].bytes.size() >= full) {
      i->second = result.size();
      is_new = true;
    }
    if (is_new)
      result.push_back({x.run, x.sequence, {}});
    append_record(result[i->second].bytes, x.bytes);
  }
  return result;
}

std::optional<entry_reader::record> entry_reader::next() {
  if (rest_.size() < size_of_size)
    return std::nullopt;
  auto size = read_size(rest_);
  if (rest_.size() - size_of_size < size)
    return std::nullopt;
  record result{next_++, rest_.substr(size_of_size, size)};
  rest_.remove_prefix(size_of_size + size);
  return result;
}

} // namespace lightflow::detail
