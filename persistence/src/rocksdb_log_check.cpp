// SPDX-License-Identifier: MIT
#include "rocksdb_log_check.hpp"

#include <fstream>
#include <string_view>
#include <utility>

#include <boost/crc.hpp>
#include <rocksdb/write_batch.h>

namespace lightflow::detail {

namespace {

/// The number of a batch's first write: the first 8 bytes, little-endian.
std::uint64_t number_of(const rocksdb::WriteBatch& x) {
  std::uint64_t result = 0;
  for (int i = 7; i >= 0; --i)
    result
      = result << 8
        | static_cast<unsigned char>(x.Data()[static_cast<std::size_t>(i)]);
  return result;
}

// A log is made of blocks, a block of fragments: checksum (4 bytes), length (2
// bytes), type (1 byte), content. The checksum is of type and content.
constexpr std::size_t block_size = 32U << 10;
constexpr std::size_t header_size = 7;

/// All numbers are little-endian.
std::uint32_t number_at(std::string_view x, std::size_t at, std::size_t size) {
  std::uint32_t result = 0;
  while (size-- > 0)
    result = result << 8 | static_cast<unsigned char>(x[at + size]);
  return result;
}

std::size_t length_of(std::string_view fragment) {
  return number_at(fragment, 4, 2);
}

/// RocksDB's masked CRC-32C.
std::uint32_t checksum(std::string_view x) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(x.data(), x.size());
  auto value = crc.checksum();
  return (value >> 15 | value << 17) + 0xA282EAD8U;
}

/// Whether `x` begins with a fragment of this length.
bool is_complete(std::string_view x, std::size_t length) {
  return length <= x.size() - header_size && x[6] >= 1 && x[6] <= 4
         && number_at(x, 0, 4)
              == checksum(x.substr(header_size - 1, length + 1));
}

std::string last_block(const std::filesystem::path& log) {
  std::ifstream in{log, std::ios::binary | std::ios::ate};
  auto size = in ? static_cast<std::size_t>(in.tellg()) : 0;
  std::string result(size % block_size, '\0');
  in.seekg(static_cast<std::streamoff>(size - result.size()));
  in.read(result.data(), static_cast<std::streamsize>(result.size()));
  return result;
}

} // namespace

log_check::WalProcessingOption
log_check::LogRecordFound(unsigned long long log, const std::string&,
                          const rocksdb::WriteBatch& batch,
                          rocksdb::WriteBatch*, bool*) {
  auto number = number_of(batch);
  auto is_first_of_log = log != std::exchange(log_, log);
  if (next_ != 0 && number > next_)
    return is_first_of_log ? WalProcessingOption::kStopReplay
                           : WalProcessingOption::kCorruptedRecord;
  next_ = number + batch.Count();
  return WalProcessingOption::kContinueProcessing;
}

bool has_damaged_end(const std::filesystem::path& log) {
  auto block = last_block(log);
  std::string_view rest{block};
  while (rest.size() >= header_size
         && rest.size() - header_size >= length_of(rest))
    rest.remove_prefix(header_size + length_of(rest));
  if (rest.size() < header_size)
    return false;
  if (is_complete(rest, rest.size() - header_size))
    return true;
  for (rest.remove_prefix(1); rest.size() >= header_size; rest.remove_prefix(1))
    if (is_complete(rest, length_of(rest)))
      return true;
  return false;
}

} // namespace lightflow::detail
