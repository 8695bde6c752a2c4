// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/options.hpp"
#include "lightflow/actors/run_handle.hpp"
#include "lightflow/core/catalog.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/writes.hpp"
#include "lightflow/persistence/run_summary.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
/// that was under way gets error_code::engine_closed; if it is recoverable, the
/// next engine with the same journal has it go on.
class engine {
public:
  /// An engine with an actor system of its own. Throws journal_error with
  /// error_code::journal_locked if another engine uses its journal, and
  /// lightflow::error with error_code::bad_request for times that make no
  /// sense. While the journal cannot be read, interrupted runs wait, and the
  /// log tells so.
  explicit engine(const catalog& flows, engine_options options = {});

  /// An engine in an actor system, which must outlive it. Any number of engines
  /// can share one. Throws as above, and std::system_error if it is given no
  /// threads to begin with; those that it wants later it waits for.
  engine(caf::actor_system& system, const catalog& flows,
         engine_options options = {});

  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  ~engine();

  /// Runs a flow and waits for its end. Throws as `start` does.
  run_report run(std::string_view flow, inputs input = {});

  /// Starts a run under an id of the engine's making. A recoverable run is in
  /// the journal when this returns. Throws lightflow::error with
  /// error_code::unknown_flow, and bad_definition if its definition is not
  /// complete; with error_code::no_codec or value_too_large for
  /// an input that a recoverable flow cannot keep, no_journal if the engine has
  /// no journal for it, and journal_failed if that cannot be written, so that
  /// there is no such run. While as many runs are under way as
  /// engine_options::max_runs allows, waits until others have ended, or throws
  /// too_many_runs, as engine_options::excess says. What needs the engine to
  /// run throws engine_closed once that is closed or being destroyed.
  run_handle start(std::string_view flow, inputs input = {});

  /// Starts a run for each of these inputs, and gives their handles in that
  /// order: of recoverable runs many more in a second than one at a time, since
  /// they are written together. Throws as `start` does; what is wrong with an
  /// input is told before any run begins, and so is too_many_runs; if it waits
  /// for other runs, it returns when the last has begun. Where the journal
  /// cannot be written, some may have begun: `list` tells them.
  std::vector<run_handle> start_all(std::string_view flow,
                                    std::vector<inputs> all);

  /// Starts a run under this id, or gives the run that has it already, also
  /// when that has ended, or is in the journal only: there is never a second
  /// one. One that was interrupted goes on, as with `recover`. Throws as above
  /// and as `recover`, and error_code::bad_run_id if the id does not follow the
  /// rules for names.
  run_handle start_as(std::string id, std::string_view flow, inputs input = {});

  /// The run of that id, if it is under way, was started with `start_as` or is
  /// in the journal. One that was interrupted and goes on by itself does so
  /// now, as with `recover`. Throws as `recover` if it is there but cannot be
  /// read.
  std::optional<run_handle> find(const std::string& id) const;

  /// Has a run of the journal go on that failed or was interrupted, and gives a
  /// handle of it as it goes on. Steps and processes that succeeded do not run
  /// again. Waits until the journal says that it goes on, also while it cannot
  /// be written; and for a place, as `start` does. Throws lightflow::error:
  /// error_code::no_journal, unknown_run, too_many_runs, not_recoverable if it
  /// is under way or succeeded, unknown_flow if the catalog does not have its
  /// flow, definition_changed, bad_encoding, bad_key, and journal_error if the
  /// run cannot be read.
  run_handle recover(const std::string& id);

  /// The runs of the journal in one condition, in order of their ids, beginning
  /// after the id `after`, at most `limit` of them. Throws
  /// error_code::no_journal and journal_error.
  std::vector<run_summary> list(run_condition condition,
                                std::string_view after = {},
                                std::size_t limit = 1000) const;

  /// Removes a run that is not under way, from the journal or, where none keeps
  /// it, from memory. Gives false if it is under way, and true otherwise, also
  /// if there is no such run. Waits until the journal
  /// can be written; throws error_code::journal_failed if it never can.
  bool forget(const std::string& id);

  /// What became of the events until now.
  lightflow::event_counts event_counts() const;

  /// Has other nodes find this engine, and gives the port. Can be called again
  /// for other endpoints; all close with the engine. What travels is encrypted,
  /// and both ends authenticated, if engine_options::network says so; else only
  /// loopback is allowed. Throws lightflow::error: error_code::no_network,
  /// unencrypted, bad_tls, and cannot_listen.
  std::uint16_t listen(const endpoint& where);

private:
  friend struct engine_access;

  std::shared_ptr<engine_core> core_;
};

} // namespace lightflow
