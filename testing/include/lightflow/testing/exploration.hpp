// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/report.hpp"
#include "lightflow/testing/simulation.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace lightflow::testing {

/// What a test expects of a run that has ended, and of how it came there. May
/// throw (see `expect`), or tell a test framework.
using outcome_check = std::function<void(const run_report&, const simulation&)>;

/// How a flow is explored: its run is repeated many times from its beginning,
/// each time in a simulation of its own in which something else goes wrong.
struct exploration_options {
  /// Keys whose values count, of the run, its processes and its steps.
  std::vector<std::string> keys;

  /// Whether each run must end as the one in which nothing goes wrong: with the
  /// same statuses, results of steps and values of `keys`.
  bool same_outcome = true;

  /// Brings what functions of the flow use outside of it to its beginning.
  /// Called before each simulation.
  std::function<void()> reset;

  /// What is done with the run until its end; `simulation::finish` if it is
  /// empty. It is done again from its beginning after a crash.
  std::function<run_report(simulation&, const run_handle&)> drive;

  /// Of each simulation.
  simulation_options world;
};

/// What was tried.
struct exploration {
  /// Runs in which something could go wrong.
  std::size_t runs = 0;
  /// Programs that crashed in them.
  std::size_t crashes = 0;
};

/// Runs a recoverable flow once, and then for each commit to the journal twice
/// more: the program crashes right before it is written, when what it tells of
/// has been done but nobody will know, and right after. Each time other
/// programs with the same definition go on until the run has ended. Checks each
/// end: that `check` does not throw, that no step ran again that the journal
/// had as succeeded, and what `options` say. Throws broken_expectation.
exploration explore_crashes(const definition& define, std::string_view flow,
                            const inputs& input = {},
                            const outcome_check& check = {},
                            const exploration_options& options = {});

} // namespace lightflow::testing
