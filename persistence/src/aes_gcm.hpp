// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/encryption.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// AES-256-GCM of NIST SP 800-38D, by OpenSSL. What is sealed is an envelope:
// the nonce, the encrypted bytes, as many as plain ones, and the tag.

namespace lightflow {

inline constexpr std::size_t gcm_nonce_size = 12;
inline constexpr std::size_t gcm_tag_size = 16;

/// A nonce from OpenSSL's random numbers; at most 2^32 of them for one key.
std::string random_gcm_nonce();

/// Encrypts `plain`, and authenticates it and `associated`, which is not in the
/// envelope. No nonce may serve twice with one key.
std::string gcm_seal(const secret_key& key, std::string_view nonce,
                     std::string_view associated, std::string_view plain);

/// What was sealed; nothing if it was not sealed so: with another key or other
/// associated data, or if any bit of the envelope was changed.
std::optional<std::string> gcm_open(const secret_key& key,
                                    std::string_view associated,
                                    std::string_view envelope);

} // namespace lightflow
