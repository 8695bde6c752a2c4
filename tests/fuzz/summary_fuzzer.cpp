// SPDX-License-Identifier: MIT
// Summaries of runs.
#include "fuzzer.hpp"

#include "lightflow/core/error.hpp"

#include "../../persistence/src/summary_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace lightflow;
  try {
    auto bytes = encode_summary(decode_summary("run", tests::view(data, size)));
    tests::require(encode_summary(decode_summary("run", bytes)) == bytes,
                   "a summary is read as it was written");
  } catch (const error&) {
  }
  return 0;
}
