// SPDX-License-Identifier: MIT
#include "lightflow/core/topology.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <unordered_set>

namespace lightflow {

topology::topology(const dependency_graph& graph) {
  auto flatten = [&](auto edges_of) {
    adjacency result;
    result.begin.reserve(graph.size() + 1);
    result.begin.push_back(0);
    for (step_index x = 0; x < graph.size(); ++x) {
      auto& edges = edges_of(x);
      result.targets.insert(result.targets.end(), edges.begin(), edges.end());
      result.begin.push_back(static_cast<std::uint32_t>(result.targets.size()));
    }
    return result;
  };
  dependencies_
    = flatten([&](step_index x) -> auto& { return graph.dependencies(x); });
  dependents_
    = flatten([&](step_index x) -> auto& { return graph.dependents(x); });
  position_.resize(graph.size());
  sort();
  find_last_dependencies();
  labellings_[0] = traverse(false);
  labellings_[1] = traverse(true);
}

/// Kahn's algorithm with the smallest step first.
void topology::sort() {
  std::priority_queue<step_index, std::vector<step_index>, std::greater<>> next;
  std::vector<std::uint32_t> open(size());
  for (step_index x = 0; x < size(); ++x) {
    open[x] = static_cast<std::uint32_t>(dependencies_[x].size());
    if (open[x] == 0)
      next.push(x);
  }
  order_.reserve(size());
  while (!next.empty()) {
    auto x = next.top();
    next.pop();
    position_[x] = static_cast<std::uint32_t>(order_.size());
    order_.push_back(x);
    for (auto y : dependents_[x])
      if (--open[y] == 0)
        next.push(y);
  }
}

void topology::find_last_dependencies() {
  auto comes_before
    = [this](auto x, auto y) { return position_[x] < position_[y]; };
  last_dependency_.resize(size());
  for (step_index x = 0; x < size(); ++x)
    if (auto all = dependencies_[x]; !all.empty())
      last_dependency_[x]
        = *std::max_element(all.begin(), all.end(), comes_before);
}

/// Two traversals, one of which takes everything in the opposite order, make
/// different mistakes, and a question is unknown only where both do.
topology::labelling topology::traverse(bool backwards) const {
  constexpr auto unseen = std::numeric_limits<std::uint32_t>::max();
  labelling result(size(), interval{unseen, 0, 0});
  struct frame {
    step_index node;
    std::size_t next_edge;
  };
  std::vector<frame> stack;
  std::uint32_t entered = 0;
  std::uint32_t left = 0;
  auto enter = [&](step_index x) {
    result[x] = {entered++, 0, unseen};
    stack.push_back({x, 0});
  };
  auto visit_top = [&] {
    auto node = stack.back().node;
    auto edges = dependents_[node];
    auto& label = result[node];
    auto& i = stack.back().next_edge;
    while (i < edges.size()) {
      auto next = edges[backwards ? edges.size() - 1 - i : i];
      if (result[next].entered == unseen)
        return enter(next); // comes back to the same edge afterwards
      label.lowest = std::min(label.lowest, result[next].lowest);
      ++i;
    }
    label.left = left++;
    label.lowest = std::min(label.lowest, label.left);
    stack.pop_back();
  };
  for (std::size_t i = 0; i < size(); ++i) {
    auto root = order_[i];
    if (backwards)
      root = static_cast<step_index>(size() - 1 - i);
    if (result[root].entered != unseen || (!dependencies_[root].empty()))
      continue;
    enter(root);
    while (!stack.empty())
      visit_top();
  }
  return result;
}

topology::answer topology::ask_index(step_index ancestor,
                                     step_index node) const {
  if (position_[ancestor] >= position_[node])
    return answer::no;
  for (auto& labels : labellings_) {
    auto& a = labels[ancestor];
    auto& n = labels[node];
    // In the traversal's tree, or not even inside the interval?
    if (a.entered <= n.entered && n.left <= a.left)
      return answer::yes;
    if (n.lowest < a.lowest || n.left > a.left)
      return answer::no;
  }
  return answer::unknown;
}

bool topology::is_ancestor(step_index ancestor, step_index node) const {
  if (auto x = ask_index(ancestor, node); x != answer::unknown)
    return x == answer::yes;
  std::vector<step_index> open{node};
  std::unordered_set<step_index> seen;
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    for (auto dependency : dependencies_[x]) {
      if (dependency == ancestor)
        return true;
      auto known = ask_index(ancestor, dependency);
      if (known == answer::yes)
        return true;
      if (known == answer::unknown && seen.insert(dependency).second)
        open.push_back(dependency);
    }
  }
  return false;
}

std::size_t topology::index_bytes() const noexcept {
  auto bytes = [](const auto& xs) { return xs.capacity() * sizeof(xs[0]); };
  return bytes(order_) + bytes(position_) + bytes(last_dependency_)
         + bytes(labellings_[0]) + bytes(labellings_[1]);
}

} // namespace lightflow
