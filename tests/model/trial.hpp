// SPDX-License-Identifier: MIT
#pragma once

#include "definition.hpp"
#include "flow_spec.hpp"
#include "reference.hpp"

#include "lightflow/testing.hpp"

#include "../../testing/src/dice.hpp"
#include "../../testing/src/misfortune.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lightflow::tests {

/// What trials have been through.
struct trial_counts {
  std::size_t crashes = 0;
  std::size_t recoveries = 0;
  std::size_t looks = 0;
  std::size_t exact = 0; // ends that were compared in every detail
};

/// A random flow in a random world, by a seed: whatever goes wrong, it is
/// paused, stopped, killed and recovered until it succeeds. Each of its ends is
/// compared with the reference model, and what it shows on the way with what
/// its journal has.
class trial {
public:
  explicit trial(std::uint64_t seed);

  /// Throws testing::broken_expectation, which tells what happened.
  void run(trial_counts& counts);

private:
  void plan_interventions();
  template <class Action>
  void plan(duration when, Action what);
  void resume_all();
  void look();

  void drive();
  run_handle start();
  void crash();
  void check_end(const run_report& report);
  void check_wake_sources(const run_report& report) const;
  void fail(const std::string& what);

  testing::commit_fate decide(const journal_batch& batch);
  testing::message_fate judge(std::string_view worker);
  void note_condition(run_condition x);
  std::string stored();
  testing::simulation_options world_options();

  std::uint64_t seed_;
  flow_spec spec_;
  const std::vector<worker_options> workers_{
    {.engine = {}, .labels = {"label"}, .name = "w1", .slots = 1},
    {.engine = {}, .labels = {"label"}, .name = "w2", .slots = 2}};
  reference model_{spec_};
  surroundings surroundings_;
  catalog flows_; // to read the journal with
  testing::hazards hazards_;
  testing::misfortune misfortune_;
  testing::dice dice_;
  std::optional<testing::simulation> world_;

  unsigned suspensions_ = 0;
  unsigned model_suspensions_ = 0; // that the model has come to
  run_condition condition_ = run_condition::running; // in the journal
  bool is_exact_ = true;   // nothing happened that the model does not know
  bool is_in_step_ = true; // the last commit is known to the engine
  bool is_begun_ = false;
  std::string problem_; // found by what cannot throw; empty: none
  trial_counts counts_;
};

} // namespace lightflow::tests
