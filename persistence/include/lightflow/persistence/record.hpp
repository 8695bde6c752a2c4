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

/// The name of the kind, such as "step_finished".
std::string_view kind_of(const journal_record& x);

} // namespace lightflow
