// SPDX-License-Identifier: MIT
#include "tbb_graphs.hpp"

namespace lightflow::benchmarks {

// -- tbb_graph ----------------------------------------------------------------

tbb_graph::tbb_graph(const workload& what) {
  for (auto& after : what.after) {
    auto& added = nodes_.emplace_back(
      graph_, [](const tbb::flow::continue_msg& x) { return x; });
    for (auto x : after)
      tbb::flow::make_edge(nodes_[x], added);
    if (after.empty())
      entries_.push_back(&added);
  }
}

void tbb_graph::start() {
  for (auto x : entries_)
    x->try_put({});
}

void tbb_graph::wait() {
  graph_.wait_for_all();
}

// -- tbb_graphs ---------------------------------------------------------------

tbb_graphs::tbb_graphs(const workload& what, made when) : what_(what) {
  if (when == made::once)
    for (std::size_t i = 0; i < what.runs; ++i)
      graphs_.emplace_back(what);
}

void tbb_graphs::run() {
  std::deque<tbb_graph> own;
  if (graphs_.empty())
    for (std::size_t i = 0; i < what_.runs; ++i)
      own.emplace_back(what_).start();
  for (auto& x : graphs_)
    x.start();
  for (auto& x : graphs_.empty() ? own : graphs_)
    x.wait();
}

} // namespace lightflow::benchmarks
