// SPDX-License-Identifier: MIT
#pragma once

#include "workload.hpp"

#include "thread_pool.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace lightflow::benchmarks {

/// Lets a thread wait for the end of a run, as handles of the library do.
class finish_line {
public:
  void cross();
  void wait();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool crossed_ = false;
};

/// A workload in actors alone, without any of the library's work on flows: one
/// actor per run, which starts one level of steps after the other, and one per
/// step, which sends one message when it is done.
class floor {
public:
  enum class executor { library_pool, caf_scheduler };

  floor(const workload& what, executor runs_on);

  /// Starts all runs and waits for them.
  void run();

private:
  std::size_t runs_;
  std::vector<std::uint32_t> levels_;
  caf::actor_system_config config_;
  caf::actor_system system_;
  std::optional<thread_pool> pool_;
};

} // namespace lightflow::benchmarks
