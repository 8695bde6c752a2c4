// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace lightflow {

/// Something that only the first who asks may do.
class claim {
public:
  /// Gives true once.
  bool take() {
    return !taken_.exchange(true, std::memory_order_acq_rel);
  }

  bool is_taken() const {
    return taken_.load(std::memory_order_acquire);
  }

private:
  std::atomic<bool> taken_{false};
};

} // namespace lightflow
