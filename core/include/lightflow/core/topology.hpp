// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/dependency_graph.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lightflow {

/// An immutable dependency graph with its topological order, and an index that
/// tells whether one step is an ancestor of another.
///
/// The index is that of Yildirim, Chaoji and Zaki (GRAIL: Scalable Reachability
/// Index for Large Graphs, VLDB 2010): per node, an interval for each of a few
/// depth-first traversals. It takes memory linear in the steps, whatever the
/// shape of the graph; most questions are answered from the intervals, the
/// others by a search that the intervals prune.
class topology {
public:
  explicit topology(const dependency_graph& graph);

  std::size_t size() const noexcept {
    return position_.size();
  }

  std::span<const step_index> dependencies(step_index x) const {
    return dependencies_[x];
  }

  /// Of the dependencies of a step that has some, the one that comes last in
  /// `order()`: no other ancestor of the step comes after it.
  step_index last_dependency(step_index x) const {
    return last_dependency_[x];
  }

  std::span<const step_index> dependents(step_index x) const {
    return dependents_[x];
  }

  /// All steps, each after its dependencies; of those that could come next,
  /// the one defined first comes first.
  std::span<const step_index> order() const noexcept {
    return order_;
  }

  /// Where a step is in `order()`.
  std::uint32_t position(step_index x) const {
    return position_[x];
  }

  /// Whether `ancestor` must have ended before `node` starts. A step is not its
  /// own ancestor.
  bool is_ancestor(step_index ancestor, step_index node) const;

private:
  /// Edges of all nodes in one array.
  struct adjacency {
    std::vector<std::uint32_t> begin;
    std::vector<step_index> targets;

    std::span<const step_index> operator[](step_index x) const {
      return {targets.data() + begin[x], targets.data() + begin[x + 1]};
    }
  };

  /// What one depth-first traversal knows of a node: when it was entered and
  /// left, and the smallest time of leaving among all that it reaches.
  struct interval {
    std::uint32_t entered;
    std::uint32_t left;
    std::uint32_t lowest;
  };

  using labelling = std::vector<interval>;

  class traversal;

  enum class answer { no, yes, unknown };

  void sort();

  void find_last_dependencies();

  answer ask_index(step_index ancestor, step_index node) const;

  adjacency dependencies_;
  adjacency dependents_;
  std::vector<step_index> order_;
  std::vector<std::uint32_t> position_;
  std::vector<step_index> last_dependency_;
  labelling labellings_[2];
};

} // namespace lightflow
