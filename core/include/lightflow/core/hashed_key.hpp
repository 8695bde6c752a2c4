// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

namespace lightflow {

/// A key of a context with its hash, so that this is made once however many
/// places the key is looked for in. Refers to the text.
class hashed_key {
public:
  template <std::convertible_to<std::string_view> Text>
  hashed_key(const Text& text) : text_(text), hash_(hash_of(text_)) {}

  std::string_view text() const noexcept {
    return text_;
  }

  std::uint64_t hash() const noexcept {
    return hash_;
  }

private:
  /// FNV-1a: keys are short, and of a program's own making.
  static std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t result = 0xcbf29ce484222325;
    for (auto x : text)
      result = (result ^ static_cast<unsigned char>(x)) * 0x100000001b3;
    return result;
  }

  std::string_view text_;
  std::uint64_t hash_;
};

/// Tells of most keys that are not in a set that they are not (a Bloom filter
/// of two words, in each of which a key has a bit).
class key_filter {
public:
  void add(const hashed_key& x) noexcept {
    first_ |= bit(x.hash());
    second_ |= bit(x.hash() >> 32);
  }

  void add(key_filter x) noexcept {
    first_ |= x.first_;
    second_ |= x.second_;
  }

  bool may_contain(const hashed_key& x) const noexcept {
    return (first_ & bit(x.hash())) != 0
           && (second_ & bit(x.hash() >> 32)) != 0;
  }

private:
  static std::uint64_t bit(std::uint64_t hash) noexcept {
    return std::uint64_t{1} << (hash % 64);
  }

  std::uint64_t first_ = 0;
  std::uint64_t second_ = 0;
};

} // namespace lightflow
