// SPDX-License-Identifier: MIT
#include "lightflow/core/write_index.hpp"

#include <algorithm>
#include <tuple>

namespace lightflow {

namespace {

constexpr auto by_hash_and_position = [](const auto& x, const auto& y) {
  return std::tie(x.hash, x.position) < std::tie(y.hash, y.position);
};

} // namespace

void write_index::add(std::uint32_t position, const writes& xs) {
  if (shared_ == nullptr)
    shared_ = std::make_shared<memory>();
  if (recent_ == most_recent)
    sort_recent();
  shared_->recent[recent_++] = {xs.keys(), &xs, position};
  keys_.add(xs.keys());
}

/// Makes a segment of the list, in memory of its own: copies go on reading what
/// there was.
void write_index::sort_recent() {
  auto fresh = std::make_shared<segment>();
  for (auto& x : shared_->recent)
    for (auto& item : *x.items)
      fresh->push_back({hashed_key{item.first}.hash(), x.position, &item});
  std::sort(fresh->begin(), fresh->end(), by_hash_and_position);
  auto next = std::make_shared<memory>();
  auto& segments = next->segments;
  segments = shared_->segments;
  while (!segments.empty() && segments.back()->size() <= 2 * fresh->size()) {
    auto merged
      = std::make_shared<segment>(segments.back()->size() + fresh->size());
    std::merge(segments.back()->begin(), segments.back()->end(), fresh->begin(),
               fresh->end(), merged->begin(), by_hash_and_position);
    fresh = std::move(merged);
    segments.pop_back();
  }
  segments.push_back(std::move(fresh));
  shared_ = std::move(next);
  recent_ = 0;
}

const write_index::entry* write_index::last_before(const segment& xs,
                                                   std::uint64_t hash,
                                                   std::uint32_t position) {
  auto end = std::lower_bound(
    xs.begin(), xs.end(), entry{hash, position, nullptr}, by_hash_and_position);
  return end != xs.begin() ? &*std::prev(end) : nullptr;
}

} // namespace lightflow
