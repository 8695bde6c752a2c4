// SPDX-License-Identifier: MIT
// Records of a journal, with values that may be encrypted.
#include "fuzzer.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/persistence/record_codec.hpp"

#include "corpus_keys.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace lightflow;
  static const record_codec encrypted{tests::corpus_encryption()};
  static const record_codec plain;
  try {
    auto record = encrypted.decode("run", tests::view(data, size));
    auto bytes = plain.encode("run", record);
    tests::require(plain.encode("run", plain.decode("run", bytes)) == bytes,
                   "a record is read as it was written");
  } catch (const error&) {
  }
  return 0;
}
