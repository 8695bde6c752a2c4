// SPDX-License-Identifier: MIT
#include "lightflow/caf/values.hpp"

#include <string_view>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// Ends the type of a value that could not be sent.
constexpr std::string_view stayed = ", so that the value stayed on its node)";

/// The type is part of what is said when such a value is asked for.
sent_value lost(const value& x, std::string_view why) {
  return {fmt::format("{} ({}{}", x.type(), why, stayed), {}};
}

} // namespace

/// Codecs are code of the user.
sent_value to_sent(const value& x) {
  if (!x.has_value())
    return {};
  if (!x.has_codec())
    return lost(x, "which has no codec");
  try {
    return {std::string{x.type()}, x.encoding()};
  } catch (...) {
    return lost(x, "whose codec threw");
  }
}

value from_sent(sent_value x) {
  return x.type.empty()
           ? value{}
           : value::from_encoding(std::move(x.type), std::move(x.bytes));
}

bool is_lost(const value& x) {
  return x.type().ends_with(stayed);
}

} // namespace lightflow
