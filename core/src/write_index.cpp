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

write_index write_index::with(std::uint32_t position, const writes& xs) const {
  constexpr std::size_t most_recent = 32;
  write_index result;
  result.segments_ = segments_;
  result.recent_.reserve(recent_.size() + 1);
  result.recent_ = recent_;
  result.recent_.push_back({position, &xs});
  if (result.recent_.size() > most_recent)
    result.sort_recent();
  return result;
}

/// Makes a segment of what was added last.
void write_index::sort_recent() {
  auto fresh = std::make_shared<segment>();
  for (auto& x : recent_)
    for (auto& item : *x.items)
      fresh->push_back({hash_of(item.first), x.position, &item});
  recent_.clear();
  std::sort(fresh->begin(), fresh->end(), by_hash_and_position);
  while (!segments_.empty() && segments_.back()->size() <= 2 * fresh->size()) {
    auto merged
      = std::make_shared<segment>(segments_.back()->size() + fresh->size());
    std::merge(segments_.back()->begin(), segments_.back()->end(),
               fresh->begin(), fresh->end(), merged->begin(),
               by_hash_and_position);
    fresh = std::move(merged);
    segments_.pop_back();
  }
  segments_.push_back(std::move(fresh));
}

const write_index::entry* write_index::last_before(const segment& xs,
                                                   std::uint64_t hash,
                                                   std::uint32_t position) {
  auto end = std::lower_bound(
    xs.begin(), xs.end(), entry{hash, position, nullptr}, by_hash_and_position);
  return end != xs.begin() ? &*std::prev(end) : nullptr;
}

} // namespace lightflow
