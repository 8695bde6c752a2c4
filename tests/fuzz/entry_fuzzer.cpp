// SPDX-License-Identifier: MIT
// Entries of a RocksDB journal: records behind one another.
#include "fuzzer.hpp"

#include "../../persistence/src/rocksdb_entries.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace lightflow;
  detail::entry_reader entry{1, tests::view(data, size)};
  std::size_t bytes = 0;
  for (std::uint64_t number = 1; auto x = entry.next(); ++number) {
    tests::require(x->number == number, "records have numbers in a row");
    bytes += 4 + x->bytes.size();
  }
  tests::require((bytes == size) != entry.is_damaged(),
                 "what is no record is told as damage");
  return 0;
}
