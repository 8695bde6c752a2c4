// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/writes.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

// Values as they travel in messages about steps: as MessagePack, each with the
// name of its type.

namespace lightflow {

/// Of a value without a codec, only the type travels, and the receiver gets a
/// value that says so when it is asked for.
std::string pack_values(std::initializer_list<const writes*> xs);

/// Throws what msgpack-cxx throws for other bytes.
std::vector<writes> unpack_values(std::string_view bytes);

/// The same values, all encoded. Throws lightflow::error with
/// error_code::no_codec for one that cannot be, naming `what` it is and its
/// key.
writes encoded(const writes& xs, std::string_view what);

/// Why a value that came from another node is none; empty if it is one.
std::string why_missing(const value& x);

} // namespace lightflow
