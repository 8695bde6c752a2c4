// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/process_event.hpp"
#include "lightflow/core/run_event.hpp"
#include "lightflow/core/writes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace lightflow {

/// The first record of a run.
struct run_begun {
  std::string flow;
  /// The fingerprint of the definition.
  std::string definition;
  time_point time;
  std::shared_ptr<const writes> input; // null: nothing
};

/// Something that happened to one process of the run.
struct process_record {
  std::uint32_t process;
  process_event event;
};

/// What a journal keeps of a run: replayed in order, they give its state.
using journal_record = std::variant<run_begun, run_event, process_record>;

/// The record as bytes, in the format of docs/journal_format.md. Throws
/// lightflow::error with error_code::no_codec for a value that cannot be
/// encoded.
std::string encode(const journal_record& x);

/// The record of these bytes. Values stay encoded until they are asked for.
/// Throws lightflow::error with error_code::bad_encoding for bytes that are no
/// record, and for a record of a kind that this version does not know.
journal_record decode_record(std::string_view bytes);

/// The name of the kind, such as "step_finished".
std::string_view kind_of(const journal_record& x);

} // namespace lightflow
