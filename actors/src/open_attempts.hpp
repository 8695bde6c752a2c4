// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace lightflow {

/// Counts the attempts of delegated steps that have not ended, so that an
/// engine that is destroyed can wait for them: nobody else may, since a process
/// does not wait for a step that timed out. Safe to use from any thread.
class open_attempts {
public:
  /// One attempt.
  class entry {
  public:
    explicit entry(open_attempts& owner) : owner_(owner) {
      std::lock_guard guard{owner_.mutex_};
      ++owner_.count_;
    }

    /// Notifies with the mutex held: once it is released, the owner may be
    /// gone.
    ~entry() {
      std::lock_guard guard{owner_.mutex_};
      if (--owner_.count_ == 0)
        owner_.none_.notify_all();
    }

    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

  private:
    open_attempts& owner_;
  };

  /// Returns whether there was none within `patience`.
  bool wait_until_none(std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    return none_.wait_for(lock, patience, [&] { return count_ == 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
};

} // namespace lightflow
