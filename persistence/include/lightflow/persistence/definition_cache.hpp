// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/fwd.hpp"
#include "lightflow/persistence/journal.hpp"
#include "lightflow/persistence/renumbering.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace lightflow {

/// The structure of a plan as a journal keeps it.
struct stored_definition {
  std::string fingerprint;
  std::string bytes;
};

/// Knows the definitions of an engine's flows in the form of its journal, each
/// made once. Safe to use from any thread. The plans must outlive it.
class definition_cache {
public:
  /// The definition that runs of this plan are started with.
  std::shared_ptr<const stored_definition> of(const flow_plan& plan);

  /// Where the processes and steps of a run that was started with the
  /// definition of that fingerprint are in a plan. Throws lightflow::error with
  /// error_code::definition_changed, naming all that stands in the way, or
  /// error_code::bad_encoding if the journal does not have that definition.
  std::shared_ptr<const renumbering> match(const journal& from,
                                           const std::string& fingerprint,
                                           const flow_plan& plan);

private:
  using match_key = std::pair<std::string, const flow_plan*>;

  std::mutex mutex_; // guards all that follows
  std::unordered_map<const flow_plan*, std::shared_ptr<const stored_definition>>
    definitions_;
  std::map<match_key, std::shared_ptr<const renumbering>> matches_;
};

} // namespace lightflow
