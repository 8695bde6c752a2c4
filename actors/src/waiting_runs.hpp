// SPDX-License-Identifier: MIT
#pragma once

#include "actors.hpp"
#include "owed.hpp"

#include <cstddef>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lightflow {

/// Runs that wait until others have ended, in the order in which they came, and
/// who waits for each. Belongs to the engine actor.
class waiting_runs {
public:
  using asker = owed<run_answer>;

  struct entry {
    std::string id;
    std::optional<start_run> start; // nothing: it is in the journal, to go on
    std::vector<asker> askers = {};
    std::size_t messages = 0; // of these, how many came by message
  };

  bool empty() const noexcept {
    return order_.empty();
  }

  bool contains(std::string_view id) const {
    return by_id_.contains(id);
  }

  /// How many requests wait that came by message.
  std::size_t messages() const noexcept {
    return messages_;
  }

  /// The entry of this id, new at the end of the line if there is none.
  entry& at(const std::string& id) {
    if (auto i = by_id_.find(id); i != by_id_.end())
      return *i->second;
    auto& result = order_.emplace_back(entry{id, std::nullopt});
    by_id_.emplace(result.id, std::prev(order_.end()));
    return result;
  }

  void add(entry& to, asker who, bool by_message) {
    to.askers.push_back(std::move(who));
    to.messages += by_message ? 1 : 0;
    messages_ += by_message ? 1 : 0;
  }

  entry take_first() {
    return take(order_.begin());
  }

  /// Takes out who waits for this run; nobody, if it is not here.
  std::vector<asker> take_askers(const std::string& id) {
    auto i = by_id_.find(id);
    return i != by_id_.end() ? take(i->second).askers : std::vector<asker>{};
  }

private:
  entry take(std::list<entry>::iterator i) {
    by_id_.erase(i->id);
    messages_ -= i->messages;
    auto result = std::move(*i);
    order_.erase(i);
    return result;
  }

  std::list<entry> order_;
  std::unordered_map<std::string_view, std::list<entry>::iterator> by_id_;
  std::size_t messages_ = 0;
};

} // namespace lightflow
