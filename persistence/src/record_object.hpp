// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/codec.hpp"

#include <cstdint>
#include <string>

// What all that reads parts of records shares.

namespace lightflow {

/// Throws lightflow::error with error_code::bad_encoding.
[[noreturn]] void throw_no_record(const std::string& why);

/// An element of an array that has at least `size` of them; throws otherwise.
const msgpack::object& element(const msgpack::object& x, std::uint32_t i,
                               std::uint32_t size);

} // namespace lightflow
