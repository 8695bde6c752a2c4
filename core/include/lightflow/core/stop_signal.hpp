// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <mutex>
#include <stop_token>

namespace lightflow {

/// How a step under way is asked to stop. Safe to use from any thread.
///
/// It is a std::stop_source that is made when the first token is wanted, which
/// hardly any step does.
class stop_signal {
public:
  /// Makes it known at once. Gives whether `tell` is to be called: something
  /// may wait for it, and has not been told.
  bool announce() {
    if (requested_.exchange(true))
      return false;
    std::lock_guard guard{mutex_};
    return source_.stop_possible();
  }

  /// Calls what waits for it on the calling thread. That is code of the user,
  /// and may block.
  void tell() {
    std::unique_lock lock{mutex_};
    auto source = source_;
    lock.unlock();
    source.request_stop();
  }

  void request() {
    if (announce())
      tell();
  }

  bool is_requested() const noexcept {
    return requested_.load(std::memory_order_relaxed);
  }

  std::stop_token token() {
    std::unique_lock lock{mutex_};
    if (!source_.stop_possible())
      source_ = std::stop_source{};
    auto source = source_;
    lock.unlock();
    if (requested_) // perhaps before there was a source
      source.request_stop();
    return source.get_token();
  }

private:
  std::atomic<bool> requested_{false};
  std::mutex mutex_; // guards the source
  std::stop_source source_{std::nostopstate};
};

} // namespace lightflow
