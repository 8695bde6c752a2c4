// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace lightflow {

namespace detail {

template <auto Function>
constexpr std::string_view pretty_function() {
  return __PRETTY_FUNCTION__;
}

constexpr bool is_identifier_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '_';
}

/// Cuts the last identifier of the value of `Function` out of the compiler's
/// signature, which reads "… [with auto Function = ns::name; …]" from GCC and
/// "… [Function = &ns::name]" from Clang. Empty when it ends in no identifier,
/// as with lambdas and function templates.
constexpr std::string_view last_identifier(std::string_view signature) {
  constexpr std::string_view marker = "Function = ";
  auto begin = signature.find(marker);
  if (begin == std::string_view::npos)
    return {};
  auto text = signature.substr(begin + marker.size());
  text = text.substr(0, text.find_first_of(";]"));
  auto size = text.size();
  while (size > 0 && is_identifier_char(text[size - 1]))
    --size;
  return text.substr(size);
}

} // namespace detail

/// The name of a function, without its namespace or class, known at compile
/// time. Does not compile for what has no name of its own, such as a lambda.
template <auto Function>
constexpr std::string_view function_name() {
  constexpr auto result
    = detail::last_identifier(detail::pretty_function<Function>());
  static_assert(!result.empty(),
                "a lambda or function template has no name of its own: give "
                "the step a name");
  return result;
}

/// A function as something to run after: `step("c", c, lf::fn<a>, lf::fn<b>)`.
template <auto Function>
inline constexpr std::string_view fn = function_name<Function>();

} // namespace lightflow
