// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/codec.hpp"

#include <stdexcept>

namespace lightflow::tests {

/// Cannot be copied any more once it is armed.
struct fragile {
  fragile() = default;
  fragile(const fragile&) {
    if (armed)
      throw std::runtime_error("cannot be copied now");
  }
  fragile(fragile&&) noexcept {}
  ~fragile() = default;

  template <class Packer>
  void msgpack_pack(Packer& p) const {
    p.pack(0);
  }

  void msgpack_unpack(const msgpack::object&) {}

  static inline bool armed = false;
};

} // namespace lightflow::tests
