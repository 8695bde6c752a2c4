// SPDX-License-Identifier: MIT
#include "packed_values.hpp"

#include "lightflow/core/codec.hpp"
#include "lightflow/core/error.hpp"

#include <span>

#include <fmt/format.h>

namespace lightflow {

namespace {

/// Follows the type of a value that could not travel.
constexpr std::string_view without_codec
  = " (which has no codec, so that the value stayed on its node)";

/// Its type and its encoding; nil for no value.
void pack(packer& out, const value& x) {
  if (!x.has_value()) {
    out.pack_nil();
    return;
  }
  std::string type{x.type()};
  auto has_codec = x.has_codec();
  auto bytes = has_codec ? x.encoding() : std::string{};
  out.pack_array(2);
  out.pack(has_codec ? type : type.append(without_codec));
  out.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  out.pack_bin_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

value unpack(const msgpack::object& in) {
  if (in.type == msgpack::type::NIL)
    return {};
  if (in.type != msgpack::type::ARRAY || in.via.array.size != 2)
    throw msgpack::type_error();
  auto& bytes = in.via.array.ptr[1];
  if (bytes.type != msgpack::type::BIN)
    throw msgpack::type_error();
  return value::from_encoding(in.via.array.ptr[0].as<std::string>(),
                              {bytes.via.bin.ptr, bytes.via.bin.size});
}

writes unpack_writes(const msgpack::object& in) {
  if (in.type != msgpack::type::MAP)
    throw msgpack::type_error();
  writes result;
  for (auto& [key, x] : std::span{in.via.map.ptr, in.via.map.size})
    result.set(key.as<std::string>(), unpack(x));
  return result;
}

} // namespace

std::string pack_values(std::initializer_list<const writes*> xs) {
  std::string result;
  byte_sink sink{result};
  packer out{sink};
  out.pack_array(static_cast<std::uint32_t>(xs.size()));
  for (auto values : xs) {
    out.pack_map(static_cast<std::uint32_t>(values->size()));
    for (auto& [key, x] : *values) {
      out.pack(key);
      pack(out, x);
    }
  }
  return result;
}

std::vector<writes> unpack_values(std::string_view bytes) {
  auto object = unpack_whole(bytes);
  auto& all = object.get();
  if (all.type != msgpack::type::ARRAY)
    throw msgpack::type_error();
  std::vector<writes> result;
  for (auto& x : std::span{all.via.array.ptr, all.via.array.size})
    result.push_back(unpack_writes(x));
  return result;
}

writes encoded(const writes& xs, std::string_view what) {
  writes result;
  for (auto& [key, x] : xs) {
    if (!x.has_codec())
      throw error(error_code::no_codec,
                  fmt::format(R"({} "{}" of type {} cannot be sent to another )"
                              "node: give the type a codec, or keep it from "
                              "the step with reads()",
                              what, key, x.type()));
    result.set(key, value::from_encoding(std::string{x.type()}, x.encoding()));
  }
  return result;
}

std::string why_missing(const value& x) {
  auto type = x.type();
  if (!type.ends_with(without_codec))
    return {};
  return fmt::format("it is of type {}", type);
}

} // namespace lightflow
