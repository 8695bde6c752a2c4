// SPDX-License-Identifier: MIT
#include "lightflow/persistence/encryption.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>

namespace lightflow {

namespace {

[[noreturn]] void throw_bad_key(const std::string& why) {
  throw error(error_code::bad_key, why);
}

/// What the digit at a position stands for.
int digit_at(std::size_t i, std::string_view digits, std::string_view id) {
  auto c = digits[i];
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  throw_bad_key(
    fmt::format(R"(key "{}" has no hexadecimal digit at position {} of {})", id,
                i + 1, digits.size()));
}

} // namespace

secret_key::~secret_key() {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

key_ring& key_ring::add(std::string_view id, std::string_view digits) {
  if (digits.size() != 2 * secret_key::size)
    throw_bad_key(fmt::format(
      R"(key "{}" has {} characters: give {} hexadecimal digits and nothing )"
      "else, as `openssl rand -hex {}` makes them",
      id, digits.size(), 2 * secret_key::size, secret_key::size));
  secret_key key;
  for (std::size_t i = 0; i < digits.size(); ++i)
    key.bytes[i / 2] = static_cast<unsigned char>(key.bytes[i / 2] << 4
                                                  | digit_at(i, digits, id));
  insert(id, key);
  return *this;
}

key_ring& key_ring::add(std::string_view id, std::span<const std::byte> bytes) {
  if (bytes.size() != secret_key::size)
    throw_bad_key(fmt::format(R"(key "{}" has {} bytes: give {})", id,
                              bytes.size(), secret_key::size));
  secret_key key;
  std::transform(bytes.begin(), bytes.end(), key.bytes.begin(),
                 [](std::byte x) { return std::to_integer<unsigned char>(x); });
  insert(id, key);
  return *this;
}

key_ring& key_ring::use(std::string_view id) {
  if (find(id) == nullptr)
    throw_bad_key(fmt::format(
      R"(there is no key "{}" to use: add it first; there are "{}")", id,
      fmt::join(ids(), "\", \"")));
  current_ = id;
  is_chosen_ = true;
  return *this;
}

const secret_key* key_ring::find(std::string_view id) const {
  auto i = keys_.find(id);
  return i == keys_.end() ? nullptr : &i->second;
}

std::vector<std::string> key_ring::ids() const {
  std::vector<std::string> result;
  for (auto& [id, key] : keys_)
    result.push_back(id);
  return result;
}

void key_ring::insert(std::string_view id, const secret_key& key) {
  if (!is_valid_name(id))
    throw_bad_key(describe_bad_name("key id", id));
  if (!keys_.try_emplace(std::string{id}, key).second)
    throw_bad_key(fmt::format(
      R"(there is a key "{}" already: give the new one another id)", id));
  if (!is_chosen_)
    current_ = id;
}

std::shared_ptr<const encryption> encryption::of_keys(key_ring keys,
                                                      key_set context_keys) {
  return std::shared_ptr<const encryption>{
    new encryption{std::move(keys), std::move(context_keys), false}};
}

std::shared_ptr<const encryption> encryption::of_all(key_ring keys) {
  return std::shared_ptr<const encryption>{
    new encryption{std::move(keys), {}, true}};
}

bool encryption::covers(std::string_view context_key) const {
  return covers_all_ || context_keys_.contains(context_key);
}

encryption::encryption(key_ring keys, key_set context_keys, bool covers_all)
    : keys_(std::move(keys)), context_keys_(std::move(context_keys)),
      covers_all_(covers_all) {
  if (keys_.current().empty())
    throw_bad_key("there is no key to encrypt with: add one to the key ring");
}

} // namespace lightflow
