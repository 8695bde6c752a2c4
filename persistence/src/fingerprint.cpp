// SPDX-License-Identifier: MIT
#include "lightflow/core/error.hpp"
#include "lightflow/persistence/flow_structure.hpp"

#include <array>
#include <iterator>
#include <span>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace lightflow {

std::string fingerprint(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  std::size_t size = 0;
  if (EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(),
                   digest.data(), &size)
      != 1)
    throw error(error_code::internal,
                "OpenSSL cannot compute SHA-256: see that its default provider "
                "is installed and active");
  std::string result;
  for (auto byte : std::span{digest.data(), size})
    fmt::format_to(std::back_inserter(result), "{:02x}", byte);
  return result;
}

} // namespace lightflow
