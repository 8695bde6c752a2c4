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
  /// Calls what waits for its tokens on the calling thread.
  void request() {
    if (requested_.exchange(true))
      return;
    std::unique_lock lock{mutex_};
    auto source = source_;
    lock.unlock();
    source.request_stop();
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
