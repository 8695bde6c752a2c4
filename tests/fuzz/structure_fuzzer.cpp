// SPDX-License-Identifier: MIT
// Structures of flows, as a journal keeps them.
#include "fuzzer.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/persistence/flow_structure.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace lightflow;
  try {
    auto structure = decode_structure(tests::view(data, size));
    tests::require(decode_structure(encode(structure)) == structure,
                   "a structure is read as it was written");
  } catch (const error&) {
  }
  return 0;
}
