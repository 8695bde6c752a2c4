// SPDX-License-Identifier: MIT
#include "running_functions.hpp"

#include <algorithm>
#include <atomic>

namespace lightflow {

running_functions::entry::entry(running_functions& owner, item x)
    : owner_(owner), item_(x) {
  auto& own = owner_.own_shard();
  std::lock_guard guard{own.mutex};
  own.items.push_back(item_);
}

/// Notifies with the mutex held: once it is released, the owner may be gone.
running_functions::entry::~entry() {
  auto& own = owner_.own_shard();
  std::lock_guard guard{own.mutex};
  std::erase(own.items, item_);
  if (own.items.empty())
    own.removed.notify_all();
}

std::vector<std::string> running_functions::list() const {
  struct describer {
    std::string operator()(const unit* x) const {
      return x->id();
    }
    std::string operator()(const event* x) const {
      return "handler of event " + x->id;
    }
  };
  std::vector<std::string> result;
  for (auto& one : shards_) {
    std::lock_guard guard{one.mutex};
    for (auto& x : one.items)
      result.push_back(std::visit(describer{}, x));
  }
  return result;
}

bool running_functions::wait_until_none(std::chrono::milliseconds patience) {
  auto deadline = std::chrono::steady_clock::now() + patience;
  return std::all_of(shards_.begin(), shards_.end(), [&](auto& one) {
    std::unique_lock lock{one.mutex};
    return one.removed.wait_until(lock, deadline,
                                  [&] { return one.items.empty(); });
  });
}

running_functions::shard& running_functions::own_shard() {
  static std::atomic<std::size_t> threads;
  static thread_local const std::size_t number = threads.fetch_add(1);
  return shards_[number % shards_.size()];
}

} // namespace lightflow
