// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <msgpack/adaptor/bool.hpp>
#include <msgpack/adaptor/carray.hpp> // for MSGPACK_DEFINE_MAP
#include <msgpack/adaptor/cpp11/array.hpp>
#include <msgpack/adaptor/cpp11/chrono.hpp>
#include <msgpack/adaptor/cpp11/tuple.hpp>
#include <msgpack/adaptor/cpp11/unordered_map.hpp>
#include <msgpack/adaptor/cpp11/unordered_set.hpp>
#include <msgpack/adaptor/cpp17/optional.hpp>
#include <msgpack/adaptor/define.hpp>
#include <msgpack/adaptor/deque.hpp>
#include <msgpack/adaptor/float.hpp>
#include <msgpack/adaptor/int.hpp>
#include <msgpack/adaptor/list.hpp>
#include <msgpack/adaptor/map.hpp>
#include <msgpack/adaptor/pair.hpp>
#include <msgpack/adaptor/set.hpp>
#include <msgpack/adaptor/string.hpp>
#include <msgpack/adaptor/vector.hpp>
#include <msgpack/adaptor/vector_bool.hpp>
#include <msgpack/object.hpp>
#include <msgpack/pack.hpp>
#include <msgpack/unpack.hpp>

// Values are written as MessagePack by msgpack-cxx. A struct joins by
//   - `MSGPACK_DEFINE(a, b)` inside it, or
//   - a free function `inspect(f, x)` that returns `f(x.a, x.b)`, as the C++
//     Actor Framework has it, or
//   - its own adaptors in msgpack::adaptor and
//     `template <> inline constexpr bool lightflow::has_adaptor<T> = true;`

namespace caf::meta {
struct annotation; // what `inspect` passes besides members; not included here
} // namespace caf::meta

namespace lightflow {

/// Where encoded bytes go.
struct byte_sink {
  std::string& bytes;

  void write(const char* data, std::size_t size) {
    bytes.append(data, size);
  }
};

using packer = msgpack::packer<byte_sink>;

/// The one object that these bytes are the encoding of. Throws what msgpack-cxx
/// throws for other bytes, and for more after it.
inline msgpack::object_handle unpack_whole(std::string_view bytes) {
  // No more elements than bytes, so that few bytes cannot ask for much.
  auto size = bytes.size();
  msgpack::unpack_limit limit{size, size, size, size, size};
  std::size_t end = 0;
  auto result
    = msgpack::unpack(bytes.data(), size, end, nullptr, nullptr, limit);
  if (end != size)
    throw msgpack::parse_error("there are more bytes after it");
  return result;
}

/// Set to true for a type with its own adaptors in msgpack::adaptor.
template <class T>
inline constexpr bool has_adaptor = false;

namespace detail {

template <class T>
constexpr bool is_annotation
  = std::is_base_of_v<caf::meta::annotation, std::remove_cvref_t<T>>;

/// Writes the members that `inspect` passes as one array.
struct packing_inspector {
  using result_type = bool;
  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;
  packer& out;

  template <class... Ts>
  bool operator()(Ts&&... xs) {
    out.pack_array((0U + ... + (is_annotation<Ts> ? 0U : 1U)));
    (pack_member(xs), ...);
    return true;
  }

private:
  template <class T>
  void pack_member(const T& x) {
    if constexpr (!is_annotation<T>)
      out.pack(x);
  }
};

/// Reads the members that `inspect` passes from one array.
struct unpacking_inspector {
  using result_type = bool;
  static constexpr bool reads_state = false;
  static constexpr bool writes_state = true;
  const msgpack::object& in;

  template <class... Ts>
  bool operator()(Ts&&... xs) {
    constexpr auto members = (0U + ... + (is_annotation<Ts> ? 0U : 1U));
    if (in.type != msgpack::type::ARRAY || in.via.array.size != members)
      throw msgpack::type_error();
    const msgpack::object* next = in.via.array.ptr;
    (convert_member(next, xs), ...);
    return true;
  }

private:
  template <class T>
  static void convert_member(const msgpack::object*& next, T& x) {
    if constexpr (!is_annotation<T>)
      (next++)->convert(x);
  }
};

template <class T>
concept has_msgpack_define
  = std::is_class_v<T> && requires(const T& x, packer& out) {
  x.msgpack_pack(out);
};

template <class T>
concept inspectable = std::is_class_v<T> && !has_msgpack_define<
                        T> && requires(packing_inspector & f, T& x) {
  inspect(f, x);
};

template <class T>
struct is_duration : std::false_type {};

template <class Rep, class Period>
struct is_duration<std::chrono::duration<Rep, Period>> : std::true_type {};

/// Numbers and characters that msgpack-cxx knows; it does not know char8_t,
/// char16_t, char32_t and long double.
template <class T>
inline constexpr bool is_number
  = std::is_arithmetic_v<T> && sizeof(T) <= sizeof(std::uint64_t)
    && !std::same_as<
      T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// A class is read into a default-constructed object.
template <class T>
inline constexpr bool is_readable_class
  = std::is_default_constructible_v<
      T> && (has_msgpack_define<T> || inspectable<T>);

template <class T>
struct is_encodable
    : std::bool_constant<
        has_adaptor<
          T> || is_readable_class<T> || std::is_enum_v<T> || is_duration<T>::value
        || is_number<T>> {};

template <>
struct is_encodable<std::string> : std::true_type {};

template <class Duration>
struct is_encodable<
  std::chrono::time_point<std::chrono::system_clock, Duration>>
    : std::true_type {};

template <class T, std::size_t N>
struct is_encodable<std::array<T, N>> : is_encodable<T> {};

// Standard containers can be encoded when all that they hold can.
#define LIGHTFLOW_ENCODABLE_IF_ALL(type)                                       \
  template <class... Ts>                                                       \
  struct is_encodable<std::type<Ts...>>                                        \
      : std::conjunction<is_encodable<Ts>...> {};
LIGHTFLOW_ENCODABLE_IF_ALL(optional)
LIGHTFLOW_ENCODABLE_IF_ALL(pair)
LIGHTFLOW_ENCODABLE_IF_ALL(tuple)
#undef LIGHTFLOW_ENCODABLE_IF_ALL

#define LIGHTFLOW_ENCODABLE_SEQUENCE(type)                                     \
  template <class T>                                                           \
  struct is_encodable<std::type<T>> : is_encodable<T> {};
LIGHTFLOW_ENCODABLE_SEQUENCE(deque)
LIGHTFLOW_ENCODABLE_SEQUENCE(list)
LIGHTFLOW_ENCODABLE_SEQUENCE(set)
LIGHTFLOW_ENCODABLE_SEQUENCE(unordered_set)
LIGHTFLOW_ENCODABLE_SEQUENCE(vector)
#undef LIGHTFLOW_ENCODABLE_SEQUENCE

#define LIGHTFLOW_ENCODABLE_MAP(type)                                          \
  template <class K, class V>                                                  \
  struct is_encodable<std::type<K, V>>                                         \
      : std::conjunction<is_encodable<K>, is_encodable<V>> {};
LIGHTFLOW_ENCODABLE_MAP(map)
LIGHTFLOW_ENCODABLE_MAP(unordered_map)
#undef LIGHTFLOW_ENCODABLE_MAP

} // namespace detail

/// Types that can be written as MessagePack and read back.
template <class T>
concept encodable = detail::is_encodable<T>::value;

} // namespace lightflow

namespace msgpack {
MSGPACK_API_VERSION_NAMESPACE(MSGPACK_DEFAULT_API_NS) {
  namespace adaptor {

  template <class T>
  struct pack<T, std::enable_if_t<lightflow::detail::inspectable<T>>> {
    template <class Stream>
    msgpack::packer<Stream>& operator()(msgpack::packer<Stream>& out,
                                        const T& x) const {
      lightflow::detail::packing_inspector f{out};
      inspect(f, const_cast<T&>(x)); // inspect takes T&, but only reads here
      return out;
    }
  };

  template <class T>
  struct convert<T, std::enable_if_t<lightflow::detail::inspectable<T>>> {
    const msgpack::object& operator()(const msgpack::object& in, T& x) const {
      lightflow::detail::unpacking_inspector f{in};
      inspect(f, x);
      return in;
    }
  };

  template <class T>
  struct pack<T, std::enable_if_t<std::is_enum_v<T>>> {
    template <class Stream>
    msgpack::packer<Stream>& operator()(msgpack::packer<Stream>& out,
                                        T x) const {
      return out.pack(static_cast<std::underlying_type_t<T>>(x));
    }
  };

  template <class T>
  struct convert<T, std::enable_if_t<std::is_enum_v<T>>> {
    const msgpack::object& operator()(const msgpack::object& in, T& x) const {
      x = static_cast<T>(in.as<std::underlying_type_t<T>>());
      return in;
    }
  };

  template <class Rep, class Period>
  struct pack<std::chrono::duration<Rep, Period>> {
    template <class Stream>
    msgpack::packer<Stream>&
    operator()(msgpack::packer<Stream>& out,
               std::chrono::duration<Rep, Period> x) const {
      return out.pack(x.count());
    }
  };

  template <class Rep, class Period>
  struct convert<std::chrono::duration<Rep, Period>> {
    const msgpack::object&
    operator()(const msgpack::object& in,
               std::chrono::duration<Rep, Period>& x) const {
      x = std::chrono::duration<Rep, Period>{in.as<Rep>()};
      return in;
    }
  };

  } // namespace adaptor
}
} // namespace msgpack
