// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/plan.hpp"
#include "lightflow/core/run_event.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/wake_source.hpp"
#include "lightflow/core/writes.hpp"

#include <memory>
#include <optional>
#include <string>

namespace lightflow {

/// The state of a run above its processes: changed by events alone, and so the
/// same when they are replayed. Knows no clock, no thread, no disk.
class run_state {
public:
  enum class phase {
    preparing,  // what runs before the processes runs
    running,    // the processes run
    concluding, // what runs after the processes runs
    ended,
  };

  /// A run that fails is suspended if it is `recoverable`.
  run_state(std::shared_ptr<const flow_plan> plan,
            std::shared_ptr<const writes> input, time_point start,
            bool recoverable = false);

  void apply(const run_prepared& x);
  void apply(const run_paused& x);
  void apply(const run_resumed& x);
  void apply(const run_stopped& x);
  void apply(const run_concluded& x);
  void apply(const process_done& x);

  /// A process begins, so that what has to run before them has, or was not part
  /// of the definition by then.
  void begin_processes();

  /// The run is known to be at its end, whatever today's definition has that
  /// would still have to run.
  void close();

  /// The run goes on. If it is reopened, so many of its processes have not
  /// ended, or not well.
  void recover(const run_recovered& x, std::size_t open_processes);

  phase where() const noexcept {
    return phase_;
  }

  bool has_ended() const noexcept {
    return phase_ == phase::ended;
  }

  /// Whether the processes may not start, since a callback before them failed.
  bool is_barred() const noexcept {
    return barred_;
  }

  bool is_paused() const noexcept {
    return paused_;
  }

  bool is_stopped() const noexcept {
    return own_.has(status::stopped);
  }

  bool is_recovering() const noexcept {
    return recovering_;
  }

  wake_source wakes_by() const;

  /// The status of the run itself.
  status own_status() const;

  /// What it will be if nothing else goes wrong, once the processes have ended.
  status outcome() const;

  /// What went wrong with the run itself.
  const std::string& own_error() const noexcept {
    return error_;
  }

  /// Where the recovered run goes on; none: at its beginning.
  std::optional<callback_breakpoint> breakpoint() const noexcept {
    return breakpoint_;
  }

  /// What the caller and the flow's callbacks set.
  const std::shared_ptr<const writes>& context() const noexcept {
    return context_;
  }

  time_point start() const noexcept {
    return start_;
  }

  time_point end() const noexcept {
    return end_;
  }

private:
  void enter_running();
  void conclude_if_processes_ended();

  std::shared_ptr<const flow_plan> plan_;
  std::shared_ptr<const writes> context_;
  phase phase_ = phase::preparing;
  std::size_t live_processes_;
  std::size_t failed_processes_ = 0;
  status own_; // abnormal flags of the run itself
  bool recoverable_;
  bool recovering_ = false;
  bool paused_ = false;
  bool prepared_ = false; // what runs before the processes has
  bool barred_ = false;
  std::string error_;
  std::optional<callback_breakpoint> breakpoint_;
  time_point start_;
  time_point end_;
};

} // namespace lightflow
