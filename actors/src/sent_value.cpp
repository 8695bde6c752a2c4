// SPDX-License-Identifier: MIT
#include "lightflow/caf/values.hpp"

#include <string_view>

namespace lightflow {

namespace {

/// Follows the type of a value that could not be sent. It is part of what is
/// said when such a value is asked for.
constexpr std::string_view lost
  = " (which has no codec, so that the value stayed on its node)";

} // namespace

sent_value to_sent(const value& x) {
  if (!x.has_value())
    return {};
  std::string type{x.type()};
  return x.has_codec() ? sent_value{std::move(type), x.encoding()}
                       : sent_value{type.append(lost), {}};
}

value from_sent(sent_value x) {
  return x.type.empty()
           ? value{}
           : value::from_encoding(std::move(x.type), std::move(x.bytes));
}

bool is_lost(const value& x) {
  return x.type().ends_with(lost);
}

} // namespace lightflow
