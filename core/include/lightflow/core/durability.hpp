// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace lightflow {

/// What the journal's entries survive.
enum class durability : std::uint8_t {
  /// Nothing is written: runs cannot be recovered.
  none,
  /// A crash of the program, not of the machine.
  process,
  /// Also a loss of power.
  sync,
};

} // namespace lightflow
