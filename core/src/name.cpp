// SPDX-License-Identifier: MIT
#include "lightflow/core/name.hpp"

#include "lightflow/core/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightflow {

namespace {

constexpr std::size_t max_length = 128;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

} // namespace

bool is_valid_name(std::string_view x) {
  return !x.empty() && x.size() <= max_length
         && std::all_of(x.begin(), x.end(), is_name_char);
}

std::string describe_bad_name(std::string_view kind, std::string_view x) {
  return fmt::format(
    R"(bad {} "{}": use 1 to {} letters, digits, '_', '-' or '.')", kind,
    x.substr(0, max_length), max_length);
}

void require_valid_name(std::string_view kind, std::string_view x) {
  if (!is_valid_name(x))
    throw definition_error(describe_bad_name(fmt::format("{} name", kind), x));
}

std::string process_id_of(std::string_view run, std::string_view process) {
  std::string result;
  result.reserve(run.size() + process.size() + 1);
  return result.append(run).append(1, '/').append(process);
}

std::string step_id_of(std::string_view run, std::string_view process,
                       std::string_view step) {
  return process_id_of(run, process).append(1, '/').append(step);
}

} // namespace lightflow
