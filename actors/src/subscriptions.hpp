// SPDX-License-Identifier: MIT
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>

#include <map>
#include <set>
#include <string>

namespace lightflow {

/// What subscribers want to be told of: one run, the runs of one flow, or all,
/// which has no name.
struct topic {
  enum class kind { all, flow, run };

  kind what = kind::all;
  std::string name = {};

  friend auto operator<=>(const topic&, const topic&) = default;
};

/// Who subscribed to what.
class subscriptions {
public:
  /// Gives whether it is the first of this subscriber.
  bool add(const caf::actor& who, const topic& what);

  /// Gives whether it was the last of this subscriber.
  bool remove(const caf::actor& who, const topic& what);

  /// The subscriber is no more.
  void remove_all(const caf::actor_addr& who);

  bool empty() const noexcept {
    return by_subscriber_.empty();
  }

  /// Who is told of something that happened to a run of a flow; each once.
  std::set<caf::actor> subscribers(const std::string& run,
                                   const std::string& flow) const;

private:
  void erase(const caf::actor_addr& who, const topic& what);

  std::map<topic, std::set<caf::actor>> by_topic_;
  std::map<caf::actor_addr, std::set<topic>> by_subscriber_;
};

} // namespace lightflow
