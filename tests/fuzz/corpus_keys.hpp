// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/encryption.hpp"

#include <memory>
#include <string>

namespace lightflow::tests {

/// Encrypts all values, as the corpus has them.
inline std::shared_ptr<const encryption> corpus_encryption() {
  key_ring keys;
  keys.add("k", std::string(64, 'a'));
  return encryption::of_all(std::move(keys));
}

} // namespace lightflow::tests
