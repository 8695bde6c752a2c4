// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/persistence/journal.hpp"
#include "lightflow/persistence/record_codec.hpp"

#include <memory>
#include <string>
#include <vector>

namespace lightflow::testing {

/// Reads what an engine writes to its journal, by the names of a catalog.
class batch_reader {
public:
  batch_reader(const catalog& flows, record_codec codec)
      : flows_(flows), codec_(std::move(codec)) {}

  /// The records of a batch in words. `kept` is where the batch goes.
  std::string describe(const journal_batch& batch, const journal& kept) const;

  /// The ids of the steps that succeed by a batch.
  std::vector<std::string> succeeded(const journal_batch& batch,
                                     const journal& kept) const;

private:
  std::shared_ptr<const flow_plan> plan_of(const std::string& run,
                                           const journal_batch& batch,
                                           const journal& kept) const;

  const catalog& flows_;
  record_codec codec_;
};

} // namespace lightflow::testing
