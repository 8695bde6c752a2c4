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

void writes::set(std::string_view key, value x) {
  if (auto i = index_of(key); i < items_.size()) {
    items_[i].second = std::move(x);
    return;
  }
  if (items_.size() == items_.capacity() && items_.size() < few)
    items_.reserve(std::max<std::size_t>(1, 4 * items_.size()));
  items_.emplace_back(key, std::move(x));
  if (items_.size() > few)
    index_last();
}

const value* writes::find(std::string_view key) const {
  auto i = index_of(key);
  return i < items_.size() ? &items_[i].second : nullptr;
}

/// The place of a key among the items; their number if it is not among them.
std::size_t writes::index_of(std::string_view key) const {
  if (items_.size() > few) {
    auto i = index_.find(key);
    return i != index_.end() ? i->second : items_.size();
  }
  std::size_t i = 0;
  while (i < items_.size() && !is_same(items_[i].first, key))
    ++i;
  return i;
}

void writes::index_last() {
  auto first = index_.empty() ? 0 : items_.size() - 1;
  for (auto i = first; i < items_.size(); ++i)
    index_.emplace(items_[i].first, i);
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
