// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/topology.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace lightflow {

/// Finds which steps of a process set a key. Immutable: adding gives a new
/// index that shares most of its memory with the old one, so that a step can
/// read the index of the moment it started while the process goes on.
///
/// The last few steps that were added are a list. The others are in sorted
/// segments of growing size, of which the smallest are merged as new ones come
/// (the logarithmic method of Bentley and Saxe, 1980): adding costs O(log n)
/// amortised, a look-up O(log² n).
class write_index {
public:
  /// The index without any write.
  write_index() = default;

  /// This index and what the step at `position` in topological order set. `xs`
  /// must live as long as the indexes made from this one, at the same address.
  write_index with(std::uint32_t position, const writes& xs) const;

  /// The value of `key` set by the step with the largest position below
  /// `position` that `accepts` accepts; null if there is none.
  template <class Predicate>
  const value* find_last(std::string_view key, std::uint32_t position,
                         Predicate accepts) const {
    const value* result = nullptr;
    std::uint32_t lower = 0; // a result must be at or after this position
    for (auto& x : recent_)
      if (x.position >= lower && x.position < position)
        if (auto found = x.items->find(key); found && accepts(x.position)) {
          result = found;
          lower = x.position + 1;
        }
    if (segments_.empty())
      return result;
    auto hash = hash_of(key);
    for (auto& xs : segments_) {
      for (auto i = last_before(*xs, hash, position); i != nullptr;
           i = previous(*xs, *i)) {
        if (i->hash != hash || i->position < lower)
          break;
        if (i->item->first == key && accepts(i->position)) {
          result = &i->item->second;
          lower = i->position + 1;
          break;
        }
      }
    }
    return result;
  }

  /// Calls `f` with each key that was written, with some more than once.
  template <class F>
  void for_each_key(F& f) const {
    for (auto& x : recent_)
      for (auto& item : *x.items)
        f(std::string_view{item.first});
    for (auto& xs : segments_) {
      const entry* last = nullptr;
      for (auto& x : *xs) {
        if (last == nullptr || last->item->first != x.item->first)
          f(std::string_view{x.item->first});
        last = &x;
      }
    }
  }

private:
  struct entry {
    std::uint64_t hash;
    std::uint32_t position;
    const writes::item* item;
  };

  using segment = std::vector<entry>; // sorted by hash, then position

  struct recent_writes {
    std::uint32_t position;
    const writes* items;
  };

  void sort_recent();

  static std::uint64_t hash_of(std::string_view key) {
    return std::hash<std::string_view>{}(key);
  }

  static const entry* last_before(const segment& xs, std::uint64_t hash,
                                  std::uint32_t position);

  static const entry* previous(const segment& xs, const entry& x) {
    return &x != xs.data() ? &x - 1 : nullptr;
  }

  std::vector<recent_writes> recent_;
  std::vector<std::shared_ptr<const segment>> segments_;
};

} // namespace lightflow
