// SPDX-License-Identifier: MIT
#include "run_recovery.hpp"

#include <algorithm>

namespace lightflow {

namespace {

/// So many runs that were interrupted may be under way at once before others
/// follow: enough to keep all threads and the disk busy.
constexpr std::size_t at_once = 1024;

constexpr std::size_t sweep = 1000;

} // namespace

std::vector<run_summary> run_recovery::next_interrupted(const journal& from,
                                                        std::size_t room) {
  std::vector<run_summary> result;
  if (is_done_ || under_way_.size() > at_once / 2)
    return result;
  auto wanted = std::min(at_once - under_way_.size(), room);
  auto found = from.list(run_condition::running, seen_, wanted);
  is_done_ = found.size() < wanted;
  for (auto& x : found) {
    seen_ = x.id;
    if (x.condition == run_condition::running && under_way_.insert(x.id).second)
      result.push_back(std::move(x));
  }
  return result;
}

std::vector<std::string> run_recovery::next_expired(const journal& from,
                                                    time_point now) {
  std::vector<std::string> result;
  if (!how_.retention)
    return result;
  auto found = from.list(run_condition::finished, swept_, sweep);
  swept_ = found.size() < sweep ? std::string{} : found.back().id;
  for (auto& x : found)
    if (!x.flow.empty() && later(x.updated, *how_.retention) <= now)
      result.push_back(std::move(x.id));
  return result;
}

} // namespace lightflow
