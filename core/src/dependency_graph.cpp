// SPDX-License-Identifier: MIT
#include "lightflow/core/dependency_graph.hpp"

#include <algorithm>
#include <unordered_set>

namespace lightflow {

step_index dependency_graph::add_node() {
  auto x = static_cast<step_index>(nodes_.size());
  nodes_.push_back({{}, {}, x, x, 0});
  order_.push_back();
  return x;
}

bool dependency_graph::add_edge(step_index dependency, step_index node) {
  if (edge_exists(dependency, node))
    return true;
  if (!order_.before(dependency, node) && !reorder(dependency, node))
    return false;
  if (nodes_[node].dependencies.empty() && nodes_[node].dependents.empty())
    hang(node, dependency);
  nodes_[node].dependencies.push_back(dependency);
  nodes_[dependency].dependents.push_back(node);
  edges_.emplace_back(dependency, node);
  return true;
}

void dependency_graph::undo_until(moment x) {
  while (edges_.size() > x.edges) {
    auto [dependency, node] = edges_.back();
    edges_.pop_back();
    nodes_[node].dependencies.pop_back();
    nodes_[dependency].dependents.pop_back();
    if (nodes_[node].dependencies.empty())
      hang(node, node);
  }
  while (nodes_.size() > x.nodes) {
    nodes_.pop_back();
    order_.pop_newest();
  }
}

/// Searches the shorter of the two lists that would hold the edge.
bool dependency_graph::edge_exists(step_index dependency,
                                   step_index node) const {
  auto contains = [](const std::vector<step_index>& xs, step_index x) {
    return std::find(xs.begin(), xs.end(), x) != xs.end();
  };
  auto& backwards = nodes_[node].dependencies;
  auto& forwards = nodes_[dependency].dependents;
  return backwards.size() < forwards.size() ? contains(backwards, dependency)
                                            : contains(forwards, node);
}

bool dependency_graph::is_ancestor(step_index ancestor, step_index node) const {
  if (!order_.before(ancestor, node))
    return false;
  return is_above(ancestor, node) || find_path(ancestor, node).found;
}

/// Brings the order in agreement with an edge that is to come. Returns false if
/// no order would be, since the nodes are the same or `dependency` runs after
/// `node`.
bool dependency_graph::reorder(step_index dependency, step_index node) {
  if (dependency == node)
    return false;
  auto [found, forwards_complete, moving] = find_path(node, dependency);
  if (found)
    return false;
  std::sort(moving.begin(), moving.end(),
            [this](auto x, auto y) { return order_.before(x, y); });
  if (forwards_complete) {
    std::reverse(moving.begin(), moving.end());
    for (auto x : moving)
      order_.move_after(x, dependency);
  } else {
    for (auto x : moving)
      order_.move_before(x, node);
  }
  return true;
}

/// Searches forwards from `from`, which is the first in the order, and
/// backwards from `to`, edge by edge and by turns, until they meet or one has
/// seen all there is between the two.
dependency_graph::search dependency_graph::find_path(step_index from,
                                                     step_index to) const {
  struct side {
    std::vector<step_index> entry::*edges;
    std::unordered_set<step_index> seen;
    std::vector<std::pair<step_index, std::size_t>> open; // with next edge

    side(std::vector<step_index> entry::*e, step_index start)
        : edges(e), seen{start}, open{{start, 0}} {}
  };
  side forwards{&entry::dependents, from};
  side backwards{&entry::dependencies, to};
  auto advance = [&](side& self, const side& other) {
    auto& [x, i] = self.open.back();
    auto& edges = nodes_[x].*self.edges;
    if (i == edges.size()) {
      self.open.pop_back();
      return false;
    }
    auto next = edges[i++];
    if (other.seen.contains(next))
      return true;
    auto between = !order_.before(next, from) && !order_.before(to, next);
    if (between && self.seen.insert(next).second)
      self.open.emplace_back(next, 0);
    return &self == &backwards && between && is_above(from, next);
  };
  while (!forwards.open.empty() && !backwards.open.empty())
    if (advance(forwards, backwards) || advance(backwards, forwards))
      return {true, false, {}};
  auto& complete = forwards.open.empty() ? forwards : backwards;
  return {false,
          &complete == &forwards,
          {complete.seen.begin(), complete.seen.end()}};
}

void dependency_graph::hang(step_index x, step_index parent) {
  auto& self = nodes_[x];
  self.parent = parent;
  if (parent == x) {
    self.jump = x;
    self.depth = 0;
    return;
  }
  auto depth_of_jump
    = [this](step_index y) { return nodes_[nodes_[y].jump].depth; };
  auto& above = nodes_[parent];
  self.depth = above.depth + 1;
  auto even = above.depth - depth_of_jump(parent)
              == depth_of_jump(parent) - depth_of_jump(above.jump);
  self.jump = even ? nodes_[above.jump].jump : parent;
}

/// Whether `ancestor` is `x` or above it in the tree.
bool dependency_graph::is_above(step_index ancestor, step_index x) const {
  auto depth = nodes_[ancestor].depth;
  while (nodes_[x].depth > depth) {
    auto jump = nodes_[x].jump;
    x = nodes_[jump].depth >= depth ? jump : nodes_[x].parent;
  }
  return x == ancestor;
}

} // namespace lightflow
