// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lightflow::benchmarks {

/// What steps do and have. By default nothing, so that what is measured is what
/// runs them.
struct step_work {
  bool context = false;   // reads ten keys and sets ten
  bool callbacks = false; // one before and one after, and a condition
  std::chrono::milliseconds sleep{0};
};

/// What is measured: runs of a DAG of steps.
struct workload {
  std::string name;
  /// For each step those that it runs after, which come before it.
  std::vector<std::vector<std::uint32_t>> after;
  std::size_t runs = 1; // under way at once
  step_work work = {};

  /// Those of all runs.
  std::size_t steps() const {
    return runs * after.size();
  }
};

/// One step, `width` steps side by side, one step.
workload fan(std::string name, std::uint32_t width);

/// Steps one after the other.
workload chain(std::string name, std::uint32_t length);

/// Steps side by side, which run after nothing.
workload side_by_side(std::string name, std::uint32_t count);

/// Each step but the first runs after up to three earlier ones. It is the same
/// DAG each time.
workload random_dag(std::string name, std::uint32_t count);

/// Flows of one step: all are started, then all are waited for.
workload single_steps(std::string name, std::size_t runs);

/// How many steps have nothing before them, how many only those, and so on.
std::vector<std::uint32_t> levels(const workload& what);

} // namespace lightflow::benchmarks
