// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow {

/// The bytes of a key, wiped from memory when they are no longer needed.
struct secret_key {
  static constexpr std::size_t size = 32;

  secret_key() = default;
  secret_key(const secret_key&) = default;
  secret_key& operator=(const secret_key&) = default;
  ~secret_key();

  std::array<unsigned char, size> bytes{};
};

/// Keys for AES-256-GCM by id. One of them encrypts: the one chosen by `use`,
/// or else the one added last. All decrypt, so that what was encrypted under
/// older keys can be read. Throws lightflow::error with error_code::bad_key; no
/// message has anything of a key in it.
class key_ring {
public:
  /// Adds a key of 64 hexadecimal digits, as `openssl rand -hex 32` makes them.
  /// Its id follows the rules for names, is written beside each value that the
  /// key encrypts, and must mean this key for as long as such values exist.
  key_ring& add(std::string_view id, std::string_view digits);

  /// Adds a key of 32 bytes.
  key_ring& add(std::string_view id, std::span<const std::byte> bytes);

  /// Chooses the key that encrypts; keys added later do not change that.
  key_ring& use(std::string_view id);

  /// The id of the key that encrypts; empty if there is no key.
  const std::string& current() const noexcept {
    return current_;
  }

  /// The key of an id; null if there is none.
  const secret_key* find(std::string_view id) const;

  /// All ids, sorted.
  std::vector<std::string> ids() const;

private:
  void insert(std::string_view id, const secret_key& key);

  std::map<std::string, secret_key, std::less<>> keys_;
  std::string current_;
  bool is_chosen_ = false;
};

/// Which values are encrypted in records, and with which keys. Immutable, so
/// that any number of threads may use it.
class encryption {
public:
  using key_set = std::set<std::string, std::less<>>;

  /// Encrypts the values of these keys of contexts, also in the input of runs.
  /// With no key of a context, nothing is encrypted, but what was can be read.
  /// Throws lightflow::error with error_code::bad_key if the ring is empty.
  static std::shared_ptr<const encryption> of_keys(key_ring keys,
                                                   key_set context_keys);

  /// Encrypts all values, also what steps return. Throws like `of_keys`.
  static std::shared_ptr<const encryption> of_all(key_ring keys);

  /// Whether values of this key of a context are encrypted.
  bool covers(std::string_view context_key) const;

  /// Whether all values are, also those without a key, such as results.
  bool covers_all() const noexcept {
    return covers_all_;
  }

  const key_ring& keys() const noexcept {
    return keys_;
  }

private:
  encryption(key_ring keys, key_set context_keys, bool covers_all);

  key_ring keys_;
  key_set context_keys_;
  bool covers_all_;
};

} // namespace lightflow
