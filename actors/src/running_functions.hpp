// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/event.hpp"
#include "lightflow/core/unit.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace lightflow {

/// Knows which functions of the user run at the moment, so that an engine that
/// is destroyed can wait for them by name. Safe to use from any thread.
class running_functions {
  using item = std::variant<const unit*, const event*>;

public:
  /// Registers a unit or an event while a function of the user runs on it.
  class entry {
  public:
    entry(running_functions& owner, const unit& x) : entry(owner, item{&x}) {}
    entry(running_functions& owner, const event& x) : entry(owner, item{&x}) {}
    ~entry();
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

  private:
    friend class running_functions;

    entry(running_functions& owner, item x);

    running_functions& owner_;
    const item item_;
  };

  /// What functions of the user run on now: "step r1/process/step".
  std::vector<std::string> list() const;

  /// Returns whether none ran within `patience`. Others must not be added.
  bool wait_until_none(std::chrono::milliseconds patience);

private:
  /// Threads keep to different shards, so that none waits for another.
  struct alignas(64) shard {
    mutable std::mutex mutex;
    std::condition_variable removed;
    std::vector<item> items;
  };

  shard& own_shard();

  std::array<shard, 16> shards_;
};

} // namespace lightflow
