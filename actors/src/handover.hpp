// SPDX-License-Identifier: MIT
#pragma once

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

// Tells the thread sanitizer of what it cannot see: that CAF, whose libraries
// are not built with it, hands messages and actors from thread to thread in
// order. Does nothing in other builds.

namespace lightflow {

/// Whatever the calling thread has done comes before what a thread does that
/// takes over the same object later.
inline void hand_over([[maybe_unused]] const void* x) noexcept {
#if defined(__SANITIZE_THREAD__)
  if (x != nullptr)
    __tsan_release(const_cast<void*>(x));
#endif
}

inline void take_over([[maybe_unused]] const void* x) noexcept {
#if defined(__SANITIZE_THREAD__)
  if (x != nullptr)
    __tsan_acquire(const_cast<void*>(x));
#endif
}

} // namespace lightflow
