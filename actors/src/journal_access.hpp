// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/durability.hpp"
#include "lightflow/persistence/replay.hpp"

#include "actors.hpp"

#include <cstddef>
#include <memory>

namespace lightflow {

/// What the actors of an engine share of its journal.
struct journal_access {
  replay_source source;
  durability how; // of flows that do not say it
  std::size_t value_limit;
  std::shared_ptr<const encryption> secrets; // null: nothing is encrypted
  journal_writer writer = {};
};

} // namespace lightflow
