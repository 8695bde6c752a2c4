// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/step.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace lightflow {

/// Knows which functions of the user run at the moment, so that an engine that
/// is destroyed can wait for them by name. Safe to use from any thread.
class running_functions {
public:
  /// Registers a step while its function runs.
  class entry {
  public:
    entry(running_functions& owner, const step& x);
    ~entry();
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

  private:
    friend class running_functions;

    running_functions& owner_;
    const step& step_;
  };

  /// The ids of the steps whose functions run now.
  std::vector<std::string> list() const;

  /// Returns whether none ran within `patience`. Others must not be added.
  bool wait_until_none(std::chrono::milliseconds patience);

private:
  /// Threads keep to different shards, so that none waits for another.
  struct alignas(64) shard {
    mutable std::mutex mutex;
    std::condition_variable removed;
    std::vector<const step*> steps;
  };

  shard& own_shard();

  std::array<shard, 16> shards_;
};

} // namespace lightflow
