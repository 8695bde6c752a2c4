// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/topology.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace lightflow {

/// Finds which steps of a process set a key. A copy stays as it is while the
/// index that it was made of is added to, and shares its memory: so a step can
/// read the index of the moment it started while the process goes on. Of an
/// index and its copies only one may be added to.
///
/// The last few steps that were added are a list, to which copies see as far as
/// it had come. The others are in sorted segments of growing size, of which the
/// smallest are merged as new ones come (the logarithmic method of Bentley and
/// Saxe, 1980): adding costs O(log n) amortised, a look-up O(log² n).
class write_index {
public:
  /// Adds what the step at `position` in topological order set. `xs` must live
  /// as long as the index and its copies, at the same address.
  void add(std::uint32_t position, const writes& xs);

  bool may_contain(const hashed_key& key) const noexcept {
    return keys_.may_contain(key);
  }

  /// The value of `key` set by the step with the largest position below
  /// `position` that `accepts` accepts; null if there is none.
  template <class Predicate>
  const value* find_last(const hashed_key& key, std::uint32_t position,
                         Predicate accepts) const {
    if (!may_contain(key))
      return nullptr;
    const value* result = nullptr;
    std::uint32_t lower = 0; // a result must be at or after this position
    for (auto i = recent_; i-- > 0;) { // those added last come last, mostly
      auto& x = shared_->recent[i];
      if (x.keys.may_contain(key) && x.position >= lower
          && x.position < position)
        if (auto found = x.items->find(key); found && accepts(x.position)) {
          result = found;
          lower = x.position + 1;
        }
    }
    for (auto& xs : shared_->segments) {
      for (auto i = last_before(*xs, key.hash(), position); i != nullptr;
           i = previous(*xs, *i)) {
        if (i->hash != key.hash() || i->position < lower)
          break;
        if (i->item->first == key.text() && accepts(i->position)) {
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
    if (shared_ == nullptr)
      return;
    for (std::uint32_t i = 0; i < recent_; ++i)
      for (auto& item : *shared_->recent[i].items)
        f(std::string_view{item.first});
    for (auto& xs : shared_->segments) {
      const entry* last = nullptr;
      for (auto& x : *xs) {
        if (last == nullptr || last->item->first != x.item->first)
          f(std::string_view{x.item->first});
        last = &x;
      }
    }
  }

private:
  static constexpr std::uint32_t most_recent = 64;

  struct entry {
    std::uint64_t hash;
    std::uint32_t position;
    const writes::item* item;
  };

  using segment = std::vector<entry>; // sorted by hash, then position

  struct recent_writes {
    key_filter keys;
    const writes* items;
    std::uint32_t position;
  };

  /// What copies share: the segments never change, the list is added to behind
  /// what any copy sees of it.
  struct memory {
    std::vector<std::shared_ptr<const segment>> segments;
    recent_writes recent[most_recent];
  };

  void sort_recent();

  static const entry* last_before(const segment& xs, std::uint64_t hash,
                                  std::uint32_t position);

  static const entry* previous(const segment& xs, const entry& x) {
    return &x != xs.data() ? &x - 1 : nullptr;
  }

  std::shared_ptr<memory> shared_; // null: nothing was added
  key_filter keys_;                // of all
  std::uint32_t recent_ = 0;       // how many of the list are of this index
};

} // namespace lightflow
