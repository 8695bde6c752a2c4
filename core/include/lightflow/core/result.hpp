// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace lightflow {

/// Why a step, or another function of the user, did not succeed.
struct failure {
  std::string message;

  friend bool operator==(const failure&, const failure&) = default;
};

/// Makes the failure that a step returns: `return lf::fail("no such file");`
inline failure fail(std::string message) {
  return {std::move(message)};
}

namespace detail {

template <class T, class... Ts>
inline constexpr bool is_any_of = (std::same_as<T, Ts> || ...);

} // namespace detail

/// What a fallible function returns: a T, or a failure that says why not.
/// `result<>` is the result of a function that has nothing to return.
template <class T = void>
class [[nodiscard]] result {
public:
  result(T x) : data_(std::in_place_index<0>, std::move(x)) {}

  /// From what becomes a T by itself, such as a literal text.
  template <class U>
    requires(
      std::convertible_to<
        U,
        T> && !std::same_as<T, bool> && !detail::is_any_of<std::remove_cvref_t<U>, T, result, failure>)
  result(U&& x) : data_(std::in_place_index<0>, std::forward<U>(x)) {}

  result(failure x) : data_(std::in_place_index<1>, std::move(x)) {}

  bool ok() const noexcept {
    return data_.index() == 0;
  }

  explicit operator bool() const noexcept {
    return ok();
  }

  /// The value. Throws std::bad_variant_access unless `ok()`.
  T& operator*() {
    return std::get<0>(data_);
  }

  const T& operator*() const {
    return std::get<0>(data_);
  }

  T* operator->() {
    return &std::get<0>(data_);
  }

  const T* operator->() const {
    return &std::get<0>(data_);
  }

  /// The failure. Throws std::bad_variant_access if `ok()`.
  failure& reason() {
    return std::get<1>(data_);
  }

  const failure& reason() const {
    return std::get<1>(data_);
  }

private:
  std::variant<T, failure> data_;
};

template <>
class [[nodiscard]] result<void> {
public:
  result() = default;

  result(failure x) : data_(std::move(x)) {}

  bool ok() const noexcept {
    return data_.index() == 0;
  }

  explicit operator bool() const noexcept {
    return ok();
  }

  failure& reason() {
    return std::get<failure>(data_);
  }

  const failure& reason() const {
    return std::get<failure>(data_);
  }

private:
  std::variant<std::monostate, failure> data_;
};

} // namespace lightflow
