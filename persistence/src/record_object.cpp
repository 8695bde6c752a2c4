// SPDX-License-Identifier: MIT
#include "record_object.hpp"

#include "lightflow/core/error.hpp"

#include <fmt/format.h>

namespace lightflow {

void throw_no_record(const std::string& why) {
  throw error(error_code::bad_encoding,
              fmt::format("bytes are not a record of a run: {}", why));
}

const msgpack::object& element(const msgpack::object& x, std::uint32_t i,
                               std::uint32_t size) {
  if (x.type != msgpack::type::ARRAY || x.via.array.size < size)
    throw_no_record(fmt::format("an array of {} is missing", size));
  return x.via.array.ptr[i];
}

} // namespace lightflow
