// SPDX-License-Identifier: MIT
#include "lightflow/core/writes.hpp"

#include <algorithm>

namespace lightflow {

namespace {

constexpr std::size_t few = 16;

/// Keys that differ do so at their end more often than at their beginning.
bool is_same(std::string_view x, std::string_view y) {
  return x.size() == y.size() && (x.empty() || x.back() == y.back()) && x == y;
}

} // namespace

writes::writes(std::initializer_list<item> xs) {
  for (auto& [key, x] : xs)
    set(key, x);
}

value writes::exchange(const hashed_key& key, value x) {
  if (filter_.may_contain(key))
    if (auto i = index_of(key); i < items_.size())
      return std::exchange(items_[i].second, std::move(x));
  append(key, std::move(x));
  return {};
}

/// Adds an item of a key that has none.
void writes::append(const hashed_key& key, value&& x) {
  items_.emplace_back(key.text(), std::move(x));
  filter_.add(key);
  if (items_.size() <= few)
    return;
  if (2 * items_.size() > table_.size())
    fill_table();
  else
    table_[slot_of(key)] = static_cast<std::uint32_t>(items_.size());
}

void writes::trim() {
  if (items_.capacity() > 2 * items_.size())
    items_.shrink_to_fit();
}

const value* writes::find_item(const hashed_key& key) const {
  auto i = index_of(key);
  return i < items_.size() ? &items_[i].second : nullptr;
}

/// The place of a key among the items; their number if it is not among them.
std::size_t writes::index_of(const hashed_key& key) const {
  std::size_t i = 0;
  if (table_.empty()) {
    while (i < items_.size() && !is_same(items_[i].first, key.text()))
      ++i;
    return i;
  }
  auto found = table_[slot_of(key)];
  return found != 0 ? found - 1 : items_.size();
}

/// Where the table has a key, or is to have it.
std::size_t writes::slot_of(const hashed_key& key) const {
  auto mask = table_.size() - 1;
  auto i = key.hash() & mask;
  while (table_[i] != 0 && items_[table_[i] - 1].first != key.text())
    i = (i + 1) & mask;
  return i;
}

/// Makes a table that is half empty at least. Its size is a power of two.
void writes::fill_table() {
  table_.assign(std::max(4 * few, 2 * table_.size()), 0);
  for (std::size_t i = 0; i < items_.size(); ++i)
    table_[slot_of(items_[i].first)] = static_cast<std::uint32_t>(i + 1);
}

std::shared_ptr<const writes> merge(const std::shared_ptr<const writes>& first,
                                    const std::shared_ptr<const writes>& then) {
  if (first == nullptr || then == nullptr)
    return first == nullptr ? then : first;
  auto result = std::make_shared<writes>(*first);
  for (auto& [key, x] : *then)
    result->set(key, x);
  return result;
}

} // namespace lightflow
