// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/codec.hpp"
#include "lightflow/core/type_name.hpp"

#include <concepts>
#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace lightflow {

class value;

template <class T>
class result;

struct failure;

namespace detail {

/// What does not hold a value itself can be one.
template <class T>
inline constexpr bool is_value_type = !std::is_array_v<T>;

template <>
inline constexpr bool is_value_type<value> = false;

template <>
inline constexpr bool is_value_type<failure> = false;

template <class T>
inline constexpr bool is_value_type<result<T>> = false;

} // namespace detail

/// One value of any copyable type, or nothing. Types of up to 32 bytes, aligned
/// as pointers are or less, that move without throwing lie in the value itself,
/// others in one allocation.
///
/// A value may also hold the *encoding* of a value whose type is not known yet,
/// as it comes from a journal or from another node; it is decoded when it is
/// asked for as its type. Both kinds answer all questions alike.
class value {
public:
  static constexpr std::size_t inline_size = 32;

  value() noexcept = default;

  /// Texts of all kinds become a std::string.
  value(const char* text) : value(std::string{text}) {}

  value(char* text) : value(std::string{text}) {}

  value(std::string_view text) : value(std::string{text}) {}

  template <class T>
    requires(detail::is_value_type<std::remove_cvref_t<T>>&&
               std::is_copy_constructible_v<std::remove_cvref_t<T>>)
  value(T&& x) {
    emplace<std::remove_cvref_t<T>>(std::forward<T>(x));
  }

  value(const value& other);

  value(value&& other) noexcept : ops_(other.ops_) {
    if (ops_ == nullptr)
      return;
    relocate(other.storage_, storage_);
    other.ops_ = nullptr;
  }

  value& operator=(const value& other);

  value& operator=(value&& other) noexcept;

  ~value() {
    if (ops_ != nullptr && ops_->destroy != nullptr)
      ops_->destroy(storage_);
  }

  /// Makes a value of the encoding of a T with `type_name<T>() == type`.
  static value from_encoding(std::string type, std::string bytes);

  bool has_value() const noexcept {
    return ops_ != nullptr;
  }

  /// The name of the held type; empty when nothing is held.
  std::string_view type() const noexcept;

  /// Whether the held type can be encoded.
  bool has_codec() const noexcept;

  /// Whether a T is held.
  template <class T>
  bool is() const {
    return peek<T>() != nullptr
           || (ops_ != nullptr && type() == type_name<T>());
  }

  /// The held T, copied. Throws lightflow::error with error_code::wrong_type
  /// when something else is held, naming both types.
  template <class T>
  T as() const {
    static_assert(std::same_as<T, std::remove_cvref_t<T>>);
    if (auto held = peek<T>())
      return *held;
    if constexpr (encodable<T>) {
      // A type of the same name, such as long for long long, or an encoding.
      if (ops_ != nullptr && has_codec() && type() == type_name<T>())
        return decode<T>(encoding());
    }
    throw_wrong_type(type_name<T>());
  }

  /// The held T where it lies; null when none is held or it is still encoded.
  template <class T>
  const T* peek() const noexcept {
    if (ops_ == nullptr || (ops_ != &ops_for<T> && *ops_->rtti != typeid(T)))
      return nullptr;
    return &get<T>(storage_);
  }

  /// Writes the held value as MessagePack. Throws lightflow::error with
  /// error_code::no_codec when the type cannot be encoded or nothing is held.
  std::string encoding() const;

  /// The number of bytes of the encoding, or a few more. Throws as `encoding`.
  std::size_t encoded_size() const;

private:
  /// What a value can do with the type it holds; one per type.
  struct operations {
    const std::type_info* rtti;
    bool encodes;
    std::string_view (*type)(const std::byte*);
    void (*copy)(const std::byte* from, std::byte* to);
    // Null where copying the bytes does it, or nothing is to be done: what is
    // held most often is a number.
    void (*relocate)(std::byte* from, std::byte* to);
    void (*destroy)(std::byte*);
    std::string (*encode)(const std::byte*);
  };

  /// A value whose type is known by name only.
  struct encoded {
    std::string type;
    std::string bytes;
  };

  template <class T>
  static constexpr bool is_inline
    = sizeof(T) <= inline_size && alignof(T) <= alignof(void*)
      && std::is_nothrow_move_constructible_v<T>;

  template <class T>
  static const T& get(const std::byte* storage) {
    if constexpr (is_inline<T>)
      return *std::launder(reinterpret_cast<const T*>(storage));
    else
      return **reinterpret_cast<T* const*>(storage);
  }

  template <class T, class... Ts>
  static void construct(std::byte* storage, Ts&&... xs) {
    if constexpr (is_inline<T>)
      ::new (storage) T(std::forward<Ts>(xs)...);
    else
      *reinterpret_cast<T**>(storage) = new T(std::forward<Ts>(xs)...);
  }

  void relocate(std::byte* from, std::byte* to) const noexcept {
    if (ops_->relocate != nullptr)
      ops_->relocate(from, to);
    else
      std::memcpy(to, from, inline_size);
  }

  template <class T>
  static void relocate_impl(std::byte* from, std::byte* to) {
    auto& x = const_cast<T&>(get<T>(from));
    ::new (to) T(std::move(x));
    x.~T();
  }

  template <class T>
  static void destroy_impl(std::byte* storage) {
    if constexpr (is_inline<T>)
      const_cast<T&>(get<T>(storage)).~T();
    else
      delete *reinterpret_cast<T**>(storage);
  }

  template <class T>
  static std::string_view type_impl(const std::byte* storage) {
    if constexpr (std::same_as<T, encoded>)
      return get<encoded>(storage).type;
    else
      return type_name<T>();
  }

  template <class T>
  static std::string encode_impl([[maybe_unused]] const std::byte* storage) {
    std::string result;
    if constexpr (std::same_as<T, encoded>) {
      result = get<encoded>(storage).bytes;
    } else if constexpr (encodable<T>) {
      byte_sink sink{result};
      packer{sink}.pack(get<T>(storage));
    }
    return result;
  }

  template <class T>
  static constexpr operations ops_for = {
    &typeid(T),
    encodable<T> || std::same_as<T, encoded>,
    type_impl<T>,
    [](const std::byte* from, std::byte* to) {
      construct<T>(to, get<T>(from));
    },
    is_inline<T> && !std::is_trivially_copyable_v<T> ? relocate_impl<T>
                                                     : nullptr,
    is_inline<T>&& std::is_trivially_destructible_v<T> ? nullptr
                                                       : destroy_impl<T>,
    encode_impl<T>,
  };

  template <class T, class... Ts>
  void emplace(Ts&&... xs) {
    construct<T>(storage_, std::forward<Ts>(xs)...);
    ops_ = &ops_for<T>;
  }

  template <class T>
  static T decode(const std::string& bytes) {
    try {
      auto object = unpack_whole(bytes);
      return object.get().template as<T>();
    } catch (const std::exception& e) {
      throw_bad_encoding(type_name<T>(), e.what());
    }
  }

  [[noreturn]] void throw_wrong_type(std::string_view wanted) const;

  [[noreturn]] static void throw_bad_encoding(std::string_view wanted,
                                              std::string_view why);

  const operations* ops_ = nullptr;
  alignas(void*) std::byte storage_[inline_size];
};

} // namespace lightflow
