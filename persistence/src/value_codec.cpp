// SPDX-License-Identifier: MIT
#include "value_codec.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"

#include "aes_gcm.hpp"
#include "record_object.hpp"

#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lightflow {

namespace {

void write_binary(packer& out, std::string_view x) {
  auto size = static_cast<std::uint32_t>(x.size());
  out.pack_bin(size);
  out.pack_bin_body(x.data(), size);
}

std::string_view read_binary(const msgpack::object& in) {
  if (in.type != msgpack::type::BIN)
    throw_no_record("a value has no bytes");
  return {in.via.bin.ptr, in.via.bin.size};
}

} // namespace

/// The type, and the encoding as binary, so that it can be skipped; or the
/// envelope and the id of its key.
void value_codec::write(packer& out, const value& x, context_key key) const {
  if (!x.has_value()) {
    out.pack_nil();
    return;
  }
  auto is_sealed = covers(key);
  out.pack_array(is_sealed ? 3 : 2);
  out.pack(std::string{x.type()});
  write_binary(out, is_sealed ? seal(x, key) : x.encoding());
  if (is_sealed)
    out.pack(encryption_->keys().current());
}

void value_codec::write(packer& out, const writes& xs) const {
  out.pack_map(static_cast<std::uint32_t>(xs.size()));
  for (auto& [key, x] : xs) {
    out.pack(key);
    write(out, x, key);
  }
}

value value_codec::read(const msgpack::object& in, context_key key) const {
  if (in.type == msgpack::type::NIL)
    return {};
  auto type = element(in, 0, 2).as<std::string>();
  auto bytes = read_binary(element(in, 1, 2));
  if (in.via.array.size == 2)
    return value::from_encoding(std::move(type), std::string{bytes});
  auto key_id = element(in, 2, 3).as<std::string>();
  if (!is_valid_name(key_id))
    throw_no_record("the id of a key is no name");
  auto plain = open(bytes, type, key_id, key);
  return value::from_encoding(std::move(type), std::move(plain));
}

writes value_codec::read_writes(const msgpack::object& in) const {
  if (in.type != msgpack::type::MAP)
    throw_no_record("there is no map of values");
  writes result;
  for (auto& [name, x] : std::span{in.via.map.ptr, in.via.map.size}) {
    auto key = name.as<std::string>();
    result.set(key, read(x, key));
  }
  return result;
}

bool value_codec::covers(context_key key) const {
  if (encryption_ == nullptr)
    return false;
  return key ? encryption_->covers(*key) : encryption_->covers_all();
}

std::string value_codec::seal(const value& x, context_key key) const {
  auto& keys = encryption_->keys();
  return gcm_seal(*keys.find(keys.current()), random_gcm_nonce(),
                  associated_data(x.type(), key), x.encoding());
}

std::string value_codec::open(std::string_view envelope,
                              const std::string& type,
                              const std::string& key_id,
                              context_key key) const {
  auto result
    = gcm_open(find_key(key_id, key), associated_data(type, key), envelope);
  if (!result)
    throw_undecryptable(key_id, key,
                        "either that key is not the one it was encrypted with, "
                        "so give the right one under this id, or the journal "
                        "was changed, so restore it from a backup");
  return *std::move(result);
}

const secret_key& value_codec::find_key(const std::string& id,
                                        context_key key) const {
  if (encryption_ == nullptr)
    throw_undecryptable(id, key,
                        "no encryption is configured, so configure one that "
                        "has this key");
  auto result = encryption_->keys().find(id);
  if (result == nullptr)
    throw_undecryptable(
      id, key,
      fmt::format(R"(the key ring has only "{}", so add this key to it)",
                  fmt::join(encryption_->keys().ids(), R"(", ")")));
  return *result;
}

std::string value_codec::associated_data(std::string_view type,
                                         context_key key) const {
  std::string result;
  byte_sink sink{result};
  packer out{sink};
  out.pack_array(3);
  out.pack(std::string{run_});
  if (key)
    out.pack(std::string{*key});
  else
    out.pack_nil();
  out.pack(std::string{type});
  return result;
}

void value_codec::throw_undecryptable(const std::string& key_id,
                                      context_key key,
                                      const std::string& why) const {
  auto what = key ? fmt::format(R"(the value of "{}")", *key)
                  : std::string{"a value without a key, such as a result,"};
  throw error(error_code::bad_key,
              fmt::format(R"(run "{}": {} cannot be decrypted with key "{}": )"
                          "{}",
                          run_, what, key_id, why));
}

} // namespace lightflow
