// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/function.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/core/value.hpp"

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace lightflow {

class step;

enum class comparison { eq, neq, gt, gte, lt, lte };

namespace detail {

using number = std::variant<std::int64_t, std::uint64_t, double>;

/// The number that a value holds, of whatever type; nothing if it holds none.
std::optional<number> as_number(const value& x);

/// Integers compare exactly, floating point numbers are equal within 1e-9.
bool compare_numbers(comparison what, number x, number y);

template <class T>
concept numeric = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

template <class T>
number make_number(T x) {
  if constexpr (std::floating_point<T>)
    return static_cast<double>(x);
  else if constexpr (std::is_signed_v<T>)
    return static_cast<std::int64_t>(x);
  else
    return static_cast<std::uint64_t>(x);
}

template <class T>
bool compare_objects(comparison what, const T& x, const T& y) {
  if constexpr (std::equality_comparable<T>) {
    if (what == comparison::eq)
      return x == y;
    if (what == comparison::neq)
      return !(x == y);
  }
  if constexpr (requires { bool(x < y); }) {
    if (what == comparison::lt)
      return x < y;
    if (what == comparison::gt)
      return y < x;
    if (what == comparison::lte)
      return !(y < x);
    if (what == comparison::gte)
      return !(x < y);
  }
  return false; // does not compile: see `comparable`
}

/// The type under which a wanted value is compared: all texts are strings, all
/// points in time are of one type.
template <class T>
struct compared_as {
  using type = std::decay_t<T>;
};

template <class T>
  requires std::convertible_to<T, std::string_view>
struct compared_as<T> {
  using type = std::string;
};

template <class Duration>
struct compared_as<
  std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using type = time_point;
};

template <class T>
using compared_as_t = typename compared_as<std::remove_cvref_t<T>>::type;

} // namespace detail

/// What can be compared with `==`.
template <class T>
concept equatable = std::equality_comparable<detail::compared_as_t<T>>;

/// What can be compared with `<`.
template <class T>
concept orderable = requires(const detail::compared_as_t<T>& x) {
  bool(x < x);
};

/// Whether a held value compares to a wanted one in this way. Numbers compare
/// by value, whatever their types, and points in time by time. Other values of
/// different types are just not equal.
template <class T>
bool compares(comparison what, const value& held, const T& wanted) {
  if constexpr (detail::numeric<T>) {
    auto x = detail::as_number(held);
    return x ? detail::compare_numbers(what, *x, detail::make_number(wanted))
             : what == comparison::neq;
  } else if (auto x = held.peek<T>()) {
    return detail::compare_objects(what, *x, wanted);
  } else if (held.is<T>()) {
    return detail::compare_objects(what, held.as<T>(), wanted);
  } else {
    return what == comparison::neq;
  }
}

/// Whether a step is to run: alternatives, of which one must hold, each made of
/// terms that all must hold. Without any term it holds.
class condition {
public:
  /// Asks something of a step; may throw, which counts as no.
  using term = std::function<bool(step&)>;

  void add(term x);

  /// Adds a term that compares the value of a key. Without such a value the
  /// term is `if_missing`.
  void add(std::string key, bool if_missing,
           std::function<bool(const value&)> compare);

  /// Begins an alternative. Throws definition_error if there is no term before.
  void begin_alternative();

  bool empty() const noexcept {
    return alternatives_.empty();
  }

  /// Whether the last alternative has a term.
  bool is_complete() const {
    return empty() || !alternatives_.back().empty();
  }

  bool holds(step& x) const;

private:
  std::vector<std::vector<term>> alternatives_;
};

} // namespace lightflow
