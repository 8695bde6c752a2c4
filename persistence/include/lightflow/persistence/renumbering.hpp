// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/dependency_graph.hpp"
#include "lightflow/core/fwd.hpp"
#include "lightflow/persistence/flow_structure.hpp"
#include "lightflow/persistence/record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightflow {

/// Where the processes and steps that a run was started with are in a plan of
/// today, which may have others before, between and after them. One serves all
/// runs that were started with the same structure; any thread may use it.
class renumbering {
public:
  /// For runs that were started with the structure that `plan` has now, which
  /// equal fingerprints tell: every number stays.
  static renumbering unchanged(const flow_plan& plan);

  // These throw lightflow::error with error_code::bad_encoding for a number
  // that the structure does not have.

  /// The number in the plan of a process.
  std::uint32_t process(std::uint32_t old) const;

  /// The number in the plan of a step of the process that had the number
  /// `old_process`.
  step_index step(std::uint32_t old_process, step_index old) const;

  /// Puts the numbers of the plan into a record.
  void apply(process_record& x) const;

private:
  friend struct structure_match;

  struct process_numbers {
    std::uint32_t number;
    std::vector<step_index> steps;
  };

  std::vector<process_numbers> processes_;
};

/// How the structure that a run was started with fits a plan of today.
///
/// A run can go on if the plan has all its processes and steps, by name, and
/// each of these steps has the ancestors that it had. The plan may have more
/// processes and steps, unless a step of the run would come after a new one,
/// other settings, and other dependencies that amount to the same order.
struct structure_match {
  /// Why the run cannot go on, one sentence each, in order of definition. What
  /// follows from a change has no sentence of its own: of steps whose ancestors
  /// changed, those are named whose own dependencies changed them.
  std::vector<std::string> incompatibilities;

  /// Complete if there are no incompatibilities.
  renumbering numbers;

  /// Compares a structure, as `structure_of` or `decode_structure` gave it,
  /// with the plan of the same flow. Takes time linear in steps and
  /// dependencies; only those dependencies are searched for that one of the two
  /// does not have.
  static structure_match of(const flow_structure& started_with,
                            const flow_plan& plan);
};

} // namespace lightflow
