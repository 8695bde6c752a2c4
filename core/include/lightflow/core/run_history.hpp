// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/process_state.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/run_state.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lightflow {

/// A run with its processes, as its events made it, be they replayed or happen
/// now: the one place that says what an event of a run means for its processes.
class run_history {
public:
  /// A run that has just begun.
  run_history(std::shared_ptr<const flow_plan> plan,
              std::shared_ptr<const writes> input, time_point start,
              bool recoverable);

  run_history(run_history&&) = default;
  run_history& operator=(run_history&&) = default;

  void apply(const run_event& x);
  void apply(const run_prepared& x);
  void apply(const run_paused& x);
  void apply(const run_resumed& x);
  void apply(const run_stopped& x);
  void apply(const run_recovered& x);
  void apply(const run_concluded& x);

  /// The journal has the end of the run. What would still have to run by
  /// today's definition was not part of it then.
  void close();

  /// Takes in what happened to a process. One that had not started is made.
  void apply(std::size_t process, const process_event& x);

  const run_state& state() const noexcept {
    return state_;
  }

  const std::shared_ptr<const flow_plan>& plan() const noexcept {
    return plan_;
  }

  /// Whether nothing is known of a process yet.
  bool is_new(std::size_t process) const {
    return processes_[process] == nullptr;
  }

  /// The state of a process, which is made if it has not started.
  process_state& process(std::size_t i);

  /// Gives a process to whoever runs it, who alone has it then. What happens to
  /// it is not told to the history from then on, but for its end.
  std::shared_ptr<process_state> release(std::size_t process);

  /// A process that was released came to its end.
  void end_process(const process_done& x) {
    state_.apply(x);
  }

  /// The run as reports show it, with all its processes.
  run_snapshot snapshot(const std::string& id) const;

private:
  std::shared_ptr<process_state> make_process(std::size_t i) const;
  void remake(std::size_t process, time_point time);
  void interrupt(std::size_t process, time_point time);
  template <class Event>
  void tell(std::size_t process, const Event& x);
  template <class Event>
  void apply_to_processes(const Event& x);
  void cancel_processes(time_point time);

  std::shared_ptr<const flow_plan> plan_;
  bool recoverable_;
  run_state state_;
  std::vector<std::shared_ptr<process_state>> processes_; // null: see is_new
};

/// The run as reports show it, without its processes.
run_snapshot make_run_snapshot(const std::string& id,
                               std::shared_ptr<const flow_plan> plan,
                               const run_state& state);

} // namespace lightflow
