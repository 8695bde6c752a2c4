// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/persistence/definition_cache.hpp"

#include "actors.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace lightflow {

/// What the steps of an engine share to get at workers.
struct worker_access {
  worker_access(const catalog& flows_of_engine, std::size_t limit)
      : flows(flows_of_engine), value_limit(limit) {}

  /// The fingerprint of a flow's definition.
  const std::string& definition_of(std::string_view flow) {
    return definitions.of(*flows.plan(flow))->fingerprint;
  }

  const catalog& flows;
  const std::size_t value_limit; // in bytes
  definition_cache definitions;
  work_queue_actor queue;
};

} // namespace lightflow
