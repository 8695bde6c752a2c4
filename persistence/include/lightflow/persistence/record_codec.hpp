// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/encryption.hpp"
#include "lightflow/persistence/record.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace lightflow {

/// Writes and reads records in the format of docs/journal_format.md. Any number
/// of threads may use one.
class record_codec {
public:
  /// Encrypts the values that `how` covers; none without it.
  explicit record_codec(std::shared_ptr<const encryption> how = nullptr);

  /// A record of a run as bytes. Throws lightflow::error with
  /// error_code::no_codec for a value that cannot be encoded.
  std::string encode(std::string_view run, const journal_record& x) const;

  /// The record that these bytes of a run are. Encrypted values are decrypted,
  /// whether or not they would be encrypted now; all values stay encoded until
  /// they are asked for. Throws lightflow::error with error_code::bad_encoding
  /// for bytes that are no record, and for a record of a kind that this version
  /// does not know; with error_code::bad_key for a value that cannot be
  /// decrypted.
  journal_record decode(std::string_view run, std::string_view bytes) const;

private:
  std::shared_ptr<const encryption> encryption_; // null: none
};

} // namespace lightflow
