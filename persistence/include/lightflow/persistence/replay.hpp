// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/run_history.hpp"
#include "lightflow/persistence/definition_cache.hpp"
#include "lightflow/persistence/journal.hpp"
#include "lightflow/persistence/record_codec.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace lightflow {

/// What is needed to read the runs of a journal. Safe to use from any thread.
struct replay_source {
  std::shared_ptr<const journal> from;
  record_codec codec;
  const catalog& flows; // outlives it
  std::shared_ptr<definition_cache> definitions;
};

/// A run as its journal has it.
struct replayed_run {
  run_summary summary;
  run_history history;
  std::uint64_t next_record; // the number of the next one to be written
};

/// Reads a run. Throws lightflow::error: unknown_run; unknown_flow if the
/// catalog does not have its flow; definition_changed; bad_encoding, naming the
/// record; bad_key; and journal_error.
replayed_run replay(const replay_source& source, std::string_view run);

/// The same for a run whose summary is at hand.
replayed_run replay(const replay_source& source, run_summary summary);

} // namespace lightflow
