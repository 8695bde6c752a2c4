// SPDX-License-Identifier: MIT
#include "lightflow/core/name.hpp"

#include "lightflow/core/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightflow {

namespace {

constexpr std::size_t max_length = 128;

bool is_name_char(char c) {
  return detail::is_identifier_char(c) || c == '-' || c == '.';
}

} // namespace

bool is_valid_name(std::string_view x) {
  return !x.empty() && x.size() <= max_length
         && std::all_of(x.begin(), x.end(), is_name_char);
}

void require_valid_name(std::string_view kind, std::string_view x) {
  if (is_valid_name(x))
    return;
  throw definition_error(fmt::format(
    R"(bad {} name "{}": use 1 to {} letters, digits, '_', '-' or '.')", kind,
    x.substr(0, max_length), max_length));
}

} // namespace lightflow
