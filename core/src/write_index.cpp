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
  auto fresh = std::make_shared<segment>();
  fresh->reserve(xs.size());
  for (auto& item : xs)
    fresh->push_back({hash_of(item.first), position, &item});
  std::sort(fresh->begin(), fresh->end(), by_hash_and_position);
  auto result = *this;
  auto& segments = result.segments_;
  while (!segments.empty() && segments.back()->size() <= 2 * fresh->size()) {
    auto merged
      = std::make_shared<segment>(segments.back()->size() + fresh->size());
    std::merge(segments.back()->begin(), segments.back()->end(), fresh->begin(),
               fresh->end(), merged->begin(), by_hash_and_position);
    fresh = std::move(merged);
    segments.pop_back();
  }
  segments.push_back(std::move(fresh));
  return result;
}

const write_index::entry* write_index::last_before(const segment& xs,
                                                   std::uint64_t hash,
                                                   std::uint32_t position) {
  auto end = std::lower_bound(
    xs.begin(), xs.end(), entry{hash, position, nullptr}, by_hash_and_position);
  return end != xs.begin() ? &*std::prev(end) : nullptr;
}

} // namespace lightflow
