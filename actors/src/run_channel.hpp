// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/settings.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace lightflow {

/// Brings the end of a run from its supervisor to whoever waits for it on a
/// thread. Safe to use from any thread.
class run_channel {
public:
  run_channel(std::string id, std::shared_ptr<const flow_plan> flow)
      : id_(std::move(id)), flow_(std::move(flow)) {}

  const std::string& id() const noexcept {
    return id_;
  }

  const std::shared_ptr<const flow_plan>& flow() const noexcept {
    return flow_;
  }

  /// The run ended.
  void finish(run_report report);

  /// The run will not come to its end, for this reason. Does nothing if it has.
  void close(error reason);

  /// Blocks until the run ended, at most for `timeout` if one is given. Throws
  /// the reason if it was closed.
  std::optional<run_report> wait(std::optional<duration> timeout) const;

  /// The report, if the run ended.
  std::optional<run_report> report() const;

private:
  const std::string id_;
  const std::shared_ptr<const flow_plan> flow_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<run_report> report_;
  std::optional<error> closed_;
};

/// Why a run is closed along with its engine.
error engine_was_destroyed(const std::string& run);

} // namespace lightflow
