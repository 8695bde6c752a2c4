// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/order_list.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lightflow {

/// The number of a step in its process, in order of definition.
using step_index = std::uint32_t;

/// The dependency graph of a process while it is being defined: always acyclic.
///
/// It keeps a topological order, so that an edge that agrees with the order
/// needs no search for a cycle. One that does not is searched for from both of
/// its ends by turns, between them in the order, and then the smaller side is
/// moved: two-way search of Haeupler, Kavitha, Mathew, Sen and Tarjan
/// (Incremental Cycle Detection, Topological Ordering, and Strong Component
/// Maintenance, 2012).
class dependency_graph {
public:
  step_index add_node();

  /// Makes `node` run after `dependency`; an edge that exists is left alone.
  /// Returns false, and changes nothing, if that would close a cycle.
  bool add_edge(step_index dependency, step_index node);

  std::size_t size() const noexcept {
    return nodes_.size();
  }

  const std::vector<step_index>& dependencies(step_index x) const {
    return nodes_[x].dependencies;
  }

  const std::vector<step_index>& dependents(step_index x) const {
    return nodes_[x].dependents;
  }

  /// Whether `node` runs after `ancestor`, directly or not.
  bool is_ancestor(step_index ancestor, step_index node) const;

  /// A moment in the making of the graph.
  struct moment {
    std::size_t nodes;
    std::size_t edges;
  };

  moment now() const noexcept {
    return {nodes_.size(), edges_.size()};
  }

  /// Takes back all that was added since.
  void undo_until(moment x);

private:
  /// Each node hangs below its first dependency in a tree, which answers most
  /// questions about ancestors. `jump` is another node above it in the tree,
  /// chosen so that every one above is a logarithmic number of jumps away
  /// (Myers: An Applicative Random-Access Stack, 1983). Roots lead to
  /// themselves.
  struct entry {
    std::vector<step_index> dependencies;
    std::vector<step_index> dependents;
    step_index parent;
    step_index jump;
    std::uint32_t depth;
  };

  /// What a search has seen. `complete`: all there is, on one of the sides.
  struct search {
    bool found = false;
    bool forwards_complete = false;
    std::vector<step_index> seen;
  };

  bool edge_exists(step_index dependency, step_index node) const;
  bool reorder(step_index dependency, step_index node);
  search find_path(step_index from, step_index to) const;
  void hang(step_index x, step_index parent);
  bool is_above(step_index ancestor, step_index x) const;

  std::vector<entry> nodes_;
  std::vector<std::pair<step_index, step_index>> edges_; // in order of adding
  order_list order_;
};

} // namespace lightflow
