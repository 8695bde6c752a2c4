// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/options.hpp"
#include "lightflow/actors/run_handle.hpp"
#include "lightflow/core/catalog.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/writes.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace caf {
class actor_system;
} // namespace caf

namespace lightflow {

/// The values that a run is started with: `{{"input", "Hello world"}}`.
using inputs = writes;

/// Runs the flows of a catalog. All functions may be called from any thread,
/// also from steps, except that an engine cannot be destroyed from one of its
/// own steps. The catalog must outlive the engine.
///
/// Destroying an engine ends it whatever the state of its runs: no further step
/// starts, running functions are asked to stop through their stop tokens, and
/// the destructor waits for them, logging for which. Whoever waits for a run
/// that was under way gets error_code::engine_closed.
class engine {
public:
  /// An engine with an actor system of its own.
  explicit engine(const catalog& flows, engine_options options = {});

  /// An engine in an actor system, which must outlive it. Any number of engines
  /// can share one.
  engine(caf::actor_system& system, const catalog& flows,
         engine_options options = {});

  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  ~engine();

  /// Runs a flow and waits for its end. Throws as `start` does.
  run_report run(std::string_view flow, inputs input = {});

  /// Starts a run under an id of the engine's making. Throws
  /// lightflow::error with error_code::unknown_flow, or with
  /// error_code::no_codec for an input that a recoverable flow cannot keep.
  run_handle start(std::string_view flow, inputs input = {});

  /// Starts a run under this id, or gives the run that has it already, also
  /// when that has ended: there is never a second one. Throws as above, and
  /// error_code::bad_run_id if the id does not follow the rules for names.
  run_handle start_as(std::string id, std::string_view flow, inputs input = {});

  /// The run of that id, if it is under way or was started with `start_as`.
  std::optional<run_handle> find(const std::string& id) const;

  /// What became of the events until now.
  lightflow::event_counts event_counts() const;

private:
  std::shared_ptr<engine_core> core_;
};

} // namespace lightflow
