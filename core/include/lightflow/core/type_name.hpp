// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace lightflow {

/// How a type is called in records, on the wire and in messages. A value is
/// read back as the type whose name it was written under, so the name of a type
/// must stay the same over versions of a program. The default is the compiler's
/// spelling; specialise this for types whose spelling may change:
///
///     template <>
///     struct lightflow::type_name_of<shop::order> {
///       static std::string get() { return "shop.order"; }
///     };
template <class T, class Enabler = void>
struct type_name_of {
  static std::string get() {
    constexpr std::string_view signature = __PRETTY_FUNCTION__;
    constexpr std::string_view marker = "T = ";
    auto text = signature.substr(signature.find(marker) + marker.size());
    return std::string{text.substr(0, text.find_first_of(";]"))};
  }
};

/// The name of T, made once.
template <class T>
const std::string& type_name() {
  static const std::string result = type_name_of<T>::get();
  return result;
}

namespace detail {

template <class... Ts>
std::string generic_name(std::string_view name) {
  std::string result{name};
  char separator = '<';
  ((result += separator, result += type_name<Ts>(), separator = ','), ...);
  return result += '>';
}

} // namespace detail

template <>
struct type_name_of<bool> {
  static std::string get() {
    return "bool";
  }
};

/// Integers are named by sign and size, since `long` and `long long` are
/// different types of one meaning.
template <class T>
struct type_name_of<T, std::enable_if_t<std::is_integral_v<T>>> {
  static std::string get() {
    std::string result = std::is_signed_v<T> ? "i" : "u";
    return result.append(std::to_string(sizeof(T) * 8));
  }
};

template <class T>
struct type_name_of<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static std::string get() {
    return std::string{"f"}.append(std::to_string(sizeof(T) * 8));
  }
};

template <>
struct type_name_of<std::string> {
  static std::string get() {
    return "string";
  }
};

template <class Duration>
struct type_name_of<
  std::chrono::time_point<std::chrono::system_clock, Duration>> {
  static std::string get() {
    return "time";
  }
};

template <class Rep, class Period>
struct type_name_of<std::chrono::duration<Rep, Period>> {
  static std::string get() {
    return detail::generic_name<Rep>("duration") + std::to_string(Period::num)
           + "/" + std::to_string(Period::den);
  }
};

// Containers are named by what they hold. The standard library's own spelling
// differs between implementations, which must not end up in records.
#define LIGHTFLOW_GENERIC_NAME(type)                                           \
  template <class... Ts>                                                       \
  struct type_name_of<std::type<Ts...>> {                                      \
    static std::string get() {                                                 \
      return detail::generic_name<Ts...>(#type);                               \
    }                                                                          \
  };
LIGHTFLOW_GENERIC_NAME(optional)
LIGHTFLOW_GENERIC_NAME(pair)
LIGHTFLOW_GENERIC_NAME(tuple)
#undef LIGHTFLOW_GENERIC_NAME

#define LIGHTFLOW_SEQUENCE_NAME(type)                                          \
  template <class T>                                                           \
  struct type_name_of<std::type<T>> {                                          \
    static std::string get() {                                                 \
      return detail::generic_name<T>(#type);                                   \
    }                                                                          \
  };
LIGHTFLOW_SEQUENCE_NAME(deque)
LIGHTFLOW_SEQUENCE_NAME(list)
LIGHTFLOW_SEQUENCE_NAME(set)
LIGHTFLOW_SEQUENCE_NAME(unordered_set)
LIGHTFLOW_SEQUENCE_NAME(vector)
#undef LIGHTFLOW_SEQUENCE_NAME

#define LIGHTFLOW_MAP_NAME(type)                                               \
  template <class K, class V>                                                  \
  struct type_name_of<std::type<K, V>> {                                       \
    static std::string get() {                                                 \
      return detail::generic_name<K, V>(#type);                                \
    }                                                                          \
  };
LIGHTFLOW_MAP_NAME(map)
LIGHTFLOW_MAP_NAME(unordered_map)
#undef LIGHTFLOW_MAP_NAME

template <class T, std::size_t N>
struct type_name_of<std::array<T, N>> {
  static std::string get() {
    return detail::generic_name<T>("array") + std::to_string(N);
  }
};

} // namespace lightflow
