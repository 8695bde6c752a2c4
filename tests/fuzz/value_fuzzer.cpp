// SPDX-License-Identifier: MIT
// Values of several types, of which the first byte chooses one.
#include "fuzzer.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/value.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <msgpack.hpp>

namespace lightflow::tests {

namespace {

struct record {
  int number = 0;
  std::vector<std::string> texts;

  MSGPACK_DEFINE(number, texts)
};

template <class T>
void decode(std::string_view bytes) {
  static const std::string type{value{T{}}.type()};
  try {
    value again{value::from_encoding(type, std::string{bytes}).as<T>()};
    auto encoding = again.encoding();
    value twice{value::from_encoding(type, encoding).as<T>()};
    require(twice.encoding() == encoding, "a value is read as it was written");
  } catch (const error&) {
  }
}

} // namespace

} // namespace lightflow::tests

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace lightflow::tests;
  if (size == 0)
    return 0;
  auto bytes = view(data + 1, size - 1);
  switch (data[0] % 8) {
  case 0:
    decode<int>(bytes);
    break;
  case 1:
    decode<double>(bytes);
    break;
  case 2:
    decode<std::string>(bytes);
    break;
  case 3:
    decode<std::vector<std::string>>(bytes);
    break;
  case 4:
    decode<std::map<std::string, std::vector<int>>>(bytes);
    break;
  case 5:
    decode<std::optional<bool>>(bytes);
    break;
  case 6:
    decode<std::vector<std::vector<std::vector<char>>>>(bytes);
    break;
  default:
    decode<record>(bytes);
  }
  return 0;
}
