// SPDX-License-Identifier: MIT
#pragma once

#include "workload.hpp"

#include <cstdint>
#include <thread>
#include <vector>

namespace lightflow::benchmarks {

/// A workload of steps that sleep, by a thread for each, which is made for it:
/// what the sleep takes if nothing is in its way.
class sleeping_threads {
public:
  explicit sleeping_threads(const workload& what)
      : levels_(levels(what)), sleep_(what.work.sleep) {}

  void run() {
    for (auto count : levels_) {
      std::vector<std::jthread> threads; // joined before the next level
      for (std::uint32_t i = 0; i < count; ++i)
        threads.emplace_back([this] { std::this_thread::sleep_for(sleep_); });
    }
  }

private:
  std::vector<std::uint32_t> levels_;
  std::chrono::milliseconds sleep_;
};

} // namespace lightflow::benchmarks
