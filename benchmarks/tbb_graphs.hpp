// SPDX-License-Identifier: MIT
#pragma once

#include "workload.hpp"

#include <deque>

#include <tbb/flow_graph.h>

namespace lightflow::benchmarks {

/// A DAG as a flow graph of oneTBB: a `continue_node` for each step, an edge
/// for each dependency. It counts down to zero and calls a function: it has no
/// names, contexts, failures, statuses or reports, and its graph can do one run
/// at a time.
class tbb_graph {
public:
  explicit tbb_graph(const workload& what);

  /// Can be called again when `wait` has returned.
  void start();
  void wait();

private:
  using node = tbb::flow::continue_node<tbb::flow::continue_msg>;

  tbb::flow::graph graph_;
  std::deque<node> nodes_;
  std::deque<node*> entries_; // those after nothing
};

/// A workload by oneTBB.
class tbb_graphs {
public:
  enum class made {
    /// A run makes its graph, as one of the library makes its state.
    for_each_run,
    /// The graphs are there, and do nothing but run.
    once,
  };

  tbb_graphs(const workload& what, made when);

  /// Starts all runs and waits for them.
  void run();

private:
  workload what_;
  std::deque<tbb_graph> graphs_; // none if each run makes its own
};

} // namespace lightflow::benchmarks
