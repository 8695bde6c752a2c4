// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/report.hpp"
#include "lightflow/core/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lightflow {

class engine_core;
class run_channel;
enum class control_action : std::uint8_t;

/// A run that was started. Cheap to copy; all copies mean the same run. Usable
/// from any thread, from steps too. What needs the engine throws
/// lightflow::error with error_code::engine_closed once the engine is gone;
/// what is known by then, such as the report of a run that ended, stays.
class run_handle {
public:
  run_handle(std::shared_ptr<run_channel> channel,
             std::weak_ptr<engine_core> engine);

  const std::string& id() const;

  /// Waits for the end of the run and gives its report. Throws engine_closed if
  /// the engine goes before, interrupted if the run is left so, and internal.
  run_report wait() const;

  /// The same, for so long at most; nothing if the run goes on.
  std::optional<run_report> wait_for(duration timeout) const;

  /// Whether the run is at its end.
  bool has_ended() const;

  /// How the run goes at the moment: final once it has ended.
  run_report look() const;

  /// Lets running steps finish and starts no new ones until `resume`. In force
  /// when it returns. Gives false if the run has ended before.
  bool pause() const;

  /// The same for one process. Throws error_code::unknown_process.
  bool pause(std::string_view process) const;

  bool resume() const;

  bool resume(std::string_view process) const;

  /// Asks running steps to stop, through their stop tokens, and starts no new
  /// ones; the run fails once they have returned. Gives false if it has ended
  /// before.
  bool stop() const;

  bool stop(std::string_view process) const;

  /// Has a run go on that failed; see `engine::recover`. What this gives waits
  /// for the new end; this handle keeps the old one.
  run_handle recover() const;

private:
  std::shared_ptr<engine_core> engine() const;
  bool drive() const;
  bool send(control_action action,
            std::optional<std::string_view> process) const;

  std::shared_ptr<run_channel> channel_;
  std::weak_ptr<engine_core> engine_;
};

} // namespace lightflow
