// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/codec.hpp"
#include "lightflow/core/writes.hpp"
#include "lightflow/persistence/encryption.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace lightflow {

/// The key of a value in a context; nothing for a value that has none, such as
/// the result of a step.
using context_key = std::optional<std::string_view>;

/// Writes and reads values in the records of one run, encrypted where that is
/// asked for. Throws what record_codec says.
class value_codec {
public:
  /// Refers to the arguments; `how` may be null.
  value_codec(std::string_view run, const encryption* how)
      : run_(run), encryption_(how) {}

  void write(packer& out, const value& x, context_key key) const;

  void write(packer& out, const writes& xs) const;

  value read(const msgpack::object& in, context_key key) const;

  writes read_writes(const msgpack::object& in) const;

private:
  bool covers(context_key key) const;

  std::string seal(const value& x, context_key key) const;

  std::string open(std::string_view envelope, const std::string& type,
                   const std::string& key_id, context_key key) const;

  const secret_key& find_key(const std::string& id, context_key key) const;

  /// What an envelope belongs to, so that it is of no use anywhere else.
  std::string associated_data(std::string_view type, context_key key) const;

  [[noreturn]] void throw_undecryptable(const std::string& key_id,
                                        context_key key,
                                        const std::string& why) const;

  std::string_view run_;
  const encryption* encryption_;
};

} // namespace lightflow
