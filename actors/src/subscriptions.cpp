// SPDX-License-Identifier: MIT
#include "subscriptions.hpp"

namespace lightflow {

bool subscriptions::add(const caf::actor& who, const topic& what) {
  auto [i, is_new] = by_subscriber_.try_emplace(who.address());
  i->second.insert(what);
  by_topic_[what].insert(who);
  return is_new;
}

bool subscriptions::remove(const caf::actor& who, const topic& what) {
  auto i = by_subscriber_.find(who.address());
  if (i == by_subscriber_.end() || i->second.erase(what) == 0)
    return false;
  erase(who.address(), what);
  if (!i->second.empty())
    return false;
  by_subscriber_.erase(i);
  return true;
}

void subscriptions::remove_all(const caf::actor_addr& who) {
  auto i = by_subscriber_.find(who);
  if (i == by_subscriber_.end())
    return;
  for (auto& what : i->second)
    erase(who, what);
  by_subscriber_.erase(i);
}

void subscriptions::erase(const caf::actor_addr& who, const topic& what) {
  auto i = by_topic_.find(what);
  std::erase_if(i->second, [&](auto& x) { return x.address() == who; });
  if (i->second.empty())
    by_topic_.erase(i);
}

std::set<caf::actor> subscriptions::subscribers(const std::string& run,
                                                const std::string& flow) const {
  std::set<caf::actor> result;
  for (auto& what :
       {topic{}, topic{topic::kind::flow, flow}, topic{topic::kind::run, run}})
    if (auto i = by_topic_.find(what); i != by_topic_.end())
      result.insert(i->second.begin(), i->second.end());
  return result;
}

} // namespace lightflow
