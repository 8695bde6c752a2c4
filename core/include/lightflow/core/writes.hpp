// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/hashed_key.hpp"
#include "lightflow/core/value.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lightflow {

/// What one unit set: keys with their last values, in order of first setting.
class writes {
public:
  using item = std::pair<std::string, value>;

  writes() = default;

  writes(std::initializer_list<item> xs);

  void set(const hashed_key& key, value x) {
    exchange(key, std::move(x));
  }

  /// The same, and gives what the key was set to before; empty if it was not.
  value exchange(const hashed_key& key, value x);

  /// Makes room for so many keys.
  void reserve(std::size_t keys) {
    items_.reserve(keys);
  }

  /// Gives back what room there is beyond what is needed, if that is much.
  void trim();

  /// The value of a key; null if it was not set.
  const value* find(const hashed_key& key) const {
    return filter_.may_contain(key) ? find_item(key) : nullptr;
  }

  bool empty() const noexcept {
    return items_.empty();
  }

  std::size_t size() const noexcept {
    return items_.size();
  }

  /// What is not in it was not set.
  key_filter keys() const noexcept {
    return filter_;
  }

  auto begin() const noexcept {
    return items_.begin();
  }

  auto end() const noexcept {
    return items_.end();
  }

private:
  const value* find_item(const hashed_key& key) const;

  std::size_t index_of(const hashed_key& key) const;

  std::size_t slot_of(const hashed_key& key) const;

  void append(const hashed_key& key, value&& x);

  void fill_table();

  std::vector<item> items_;
  key_filter filter_;
  /// A hash table of the places of items, each plus one; 0: free. Filled only
  /// where there are many: few are found faster one by one.
  std::vector<std::uint32_t> table_;
};

/// What two units set in a row, of which either may be null: nothing.
std::shared_ptr<const writes> merge(const std::shared_ptr<const writes>& first,
                                    const std::shared_ptr<const writes>& then);

} // namespace lightflow
