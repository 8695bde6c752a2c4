// SPDX-License-Identifier: MIT
#include "lightflow/core/topology.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <unordered_set>

namespace lightflow {

/// Two traversals, one of which takes everything in the opposite order, make
/// different mistakes, and a question is unknown only where both do.
class topology::traversal {
public:
  traversal(const topology& graph, bool backwards)
      : graph_(graph), backwards_(backwards),
        labels_(graph.size(), interval{unseen, 0, 0}) {}

  labelling run() {
    auto size = graph_.size();
    for (std::size_t i = 0; i < size; ++i) {
      auto x
        = backwards_ ? static_cast<step_index>(size - 1 - i) : graph_.order_[i];
      if (graph_.dependencies_[x].empty() && labels_[x].entered == unseen)
        visit(x);
    }
    return std::move(labels_);
  }

private:
  static constexpr auto unseen = std::numeric_limits<std::uint32_t>::max();

  struct frame {
    step_index node;
    std::size_t next_edge;
  };

  /// All that is reached from a root, without recursion: a chain may be long.
  void visit(step_index root) {
    enter(root);
    while (!stack_.empty())
      go_on();
  }

  void enter(step_index x) {
    labels_[x] = {entered_++, 0, unseen};
    stack_.push_back({x, 0});
  }

  /// Enters the next node behind the one on top of the stack, or leaves that.
  void go_on() {
    auto& [node, i] = stack_.back();
    auto& label = labels_[node];
    for (auto edges = graph_.dependents_[node]; i < edges.size(); ++i) {
      auto next = edges[backwards_ ? edges.size() - 1 - i : i];
      if (labels_[next].entered == unseen)
        return enter(next); // comes back to the same edge afterwards
      label.lowest = std::min(label.lowest, labels_[next].lowest);
    }
    label.left = left_++;
    label.lowest = std::min(label.lowest, label.left);
    stack_.pop_back();
  }

  const topology& graph_;
  const bool backwards_;
  labelling labels_;
  std::vector<frame> stack_;
  std::uint32_t entered_ = 0;
  std::uint32_t left_ = 0;
};

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
  labellings_[0] = traversal{*this, false}.run();
  labellings_[1] = traversal{*this, true}.run();
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

} // namespace lightflow
