// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/time.hpp"

#include "handover.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace lightflow {

struct replayed_run;

/// Brings the end of a run from its supervisor to whoever waits for it on a
/// thread. Safe to use from any thread.
class run_channel {
public:
  run_channel(std::string id, std::shared_ptr<const flow_plan> flow)
      : id_(std::move(id)), flow_(std::move(flow)) {
    hand_over(this);
  }

  const std::string& id() const noexcept {
    return id_;
  }

  const std::shared_ptr<const flow_plan>& flow() const noexcept {
    return flow_;
  }

  /// The run ended.
  void finish(run_report report);

  /// The run will not come to its end, for this reason. Does nothing if it has,
  /// or if there is a reason already.
  void close(error reason);

  /// Blocks until the run ended, at most for `timeout` if one is given. Throws
  /// the reason if it was closed.
  std::optional<run_report> wait(std::optional<duration> timeout) const;

  /// Has `tell` called once it is known how the run ended or that it will not,
  /// which may be at once. Called by any thread, and must not block.
  void when_decided(std::function<void()> tell);

  /// The report, if the run ended.
  std::optional<run_report> report() const;

  /// Why the run will not come to its end, if it will not.
  std::optional<error> refusal() const;

  /// Says how the run goes that is not under way; see `look`.
  void show(run_report report);

  /// The report of a run that ended, or how one goes that is not under way.
  std::optional<run_report> look() const;

private:
  void decided(std::unique_lock<std::mutex> lock);

  const std::string id_;
  const std::shared_ptr<const flow_plan> flow_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<run_report> report_;
  std::optional<run_report> shown_;
  std::optional<error> closed_;
  std::vector<std::function<void()>> listeners_; // until it is decided
};

/// The channel of a run that is not under way, as the journal has it.
std::shared_ptr<run_channel> make_channel(const replayed_run& x);

} // namespace lightflow
