// SPDX-License-Identifier: MIT
// What comes from a worker, or from an engine to one: the first byte chooses
// the message. CAF decodes it; what it makes of it is checked by us.
#include "fuzzer.hpp"

#include "../../actors/src/worker_messages.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/execution_unit.hpp>

namespace lightflow::tests {

namespace {

constexpr std::size_t limit = 1U << 20;

/// Calls `f` with the message if CAF takes the bytes for one.
template <class Message, class F>
void decode(std::string_view bytes, F f) {
  caf::binary_deserializer source{static_cast<caf::execution_unit*>(nullptr),
                                  bytes.data(), bytes.size()};
  Message x;
  if (!source(x))
    f(x);
}

void read_values(const encoded_writes& xs) {
  for (auto& [key, x] : decode(xs))
    (void)x.has_value();
}

} // namespace

} // namespace lightflow::tests

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace lightflow;
  using namespace lightflow::tests;
  if (size == 0)
    return 0;
  auto bytes = view(data + 1, size - 1);
  switch (data[0] % 4) {
  case 0:
    tests::decode<worker_hello>(bytes, [](auto& x) { (void)why_malformed(x); });
    break;
  case 1:
    tests::decode<worker_slots>(bytes, [](auto& x) { (void)why_malformed(x); });
    break;
  case 2:
    tests::decode<step_completion>(bytes, [](auto& x) {
      if (why_malformed(x, limit).empty())
        read_values(x.context);
    });
    break;
  default:
    tests::decode<step_assignment>(bytes, [](auto& x) {
      read_values(x.input);
      read_values(x.own);
    });
  }
  return 0;
}
