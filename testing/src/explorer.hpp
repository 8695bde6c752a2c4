// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/testing/exploration.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace lightflow::testing {

/// Something else that goes wrong in a run.
struct disturbance {
  std::string words;
  simulation_options world;
  std::function<commit_fate(simulation&, std::size_t number)> decide = {};
  /// What becomes of a message between the engine and a worker. Empty: what
  /// `world` says.
  std::function<message_fate(simulation&, std::string_view worker,
                             std::string_view message)>
    judge = {};
  /// How many of the last commits a crash takes along, of so many that were not
  /// synced. Empty: none.
  std::function<std::size_t(std::size_t)> loss = {};
};

/// Runs a flow again and again, each time with something else that goes wrong,
/// and checks how it ends.
class explorer {
public:
  explorer(const definition& define, std::string_view flow, const inputs& input,
           const outcome_check& check, const exploration_options& options)
      : define_(define), flow_(flow), input_(input), check_(check),
        options_(options) {}

  /// Runs it with nothing going wrong, and gives the number of commits.
  std::size_t run_undisturbed();

  void run_with(const disturbance& x);

  const exploration& explored() const noexcept {
    return explored_;
  }

private:
  run_report run_through(simulation& world, const disturbance& x);
  run_report go_on(simulation& world) const;
  void check(const run_report& report, const simulation& world);

  const definition& define_;
  std::string_view flow_;
  const inputs& input_;
  const outcome_check& check_;
  const exploration_options& options_;
  std::string expected_; // how it is to end; empty: that is not known yet
  exploration explored_;
};

} // namespace lightflow::testing
