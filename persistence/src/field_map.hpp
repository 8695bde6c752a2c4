// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/codec.hpp"

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

// Structs as MessagePack maps from the names of their fields to what is in
// these. Which fields a struct has, its `fields(f, x)` says, for writing and
// for reading: it calls `f(name, field)` for each. Fields without content are
// left out, so that one can be added and all that has nothing in it keeps its
// bytes.

namespace lightflow {

inline void pack_text(packer& out, std::string_view x) {
  auto size = static_cast<std::uint32_t>(x.size());
  out.pack_str(size);
  out.pack_str_body(x.data(), size);
}

template <class T>
bool is_empty(const T& x) {
  if constexpr (requires { x.empty(); })
    return x.empty();
  else if constexpr (requires { x.has_value(); })
    return !x.has_value();
  else
    return x == T{};
}

/// Writes those fields that have content, each by `write(field)`.
template <class T, class Write>
void pack_fields(packer& out, const T& x, Write write) {
  auto& ref = const_cast<T&>(x); // only read here
  std::uint32_t size = 0;
  auto count = [&](std::string_view, const auto& field) {
    size += is_empty(field) ? 0 : 1;
  };
  fields(count, ref);
  out.pack_map(size);
  auto write_field = [&](std::string_view name, const auto& field) {
    if (is_empty(field))
      return;
    pack_text(out, name);
    write(field);
  };
  fields(write_field, ref);
}

/// Reads those fields that are there, each by `read(name, object, field)`.
/// Others that are there are skipped.
template <class T, class Read>
void unpack_fields(const msgpack::object& in, T& x, Read read) {
  if (in.type != msgpack::type::MAP)
    throw std::runtime_error("there is no map of fields");
  std::span all{in.via.map.ptr, in.via.map.size};
  auto read_field = [&](std::string_view name, auto& field) {
    for (const msgpack::object_kv& entry : all)
      if (entry.key.type == msgpack::type::STR
          && std::string_view{entry.key.via.str.ptr, entry.key.via.str.size}
               == name)
        read(name, entry.val, field);
  };
  fields(read_field, x);
}

} // namespace lightflow
