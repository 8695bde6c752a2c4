// SPDX-License-Identifier: MIT
#include "lightflow/core/context.hpp"

#include <algorithm>

#include <boost/container/small_vector.hpp>

namespace lightflow {

// -- process_context ----------------------------------------------------------

process_context::process_context(std::shared_ptr<const process_plan> plan,
                                 std::shared_ptr<const writes> input)
    : plan_(std::move(plan)), input_(std::move(input)),
      outputs_(plan_->steps.size()) {}

void process_context::prepare(std::shared_ptr<const writes> own) {
  own_ = merge(own_, own);
}

process_context process_context::without_outputs() const {
  process_context result{plan_, input_};
  result.own_ = own_;
  result.concluding_ = concluding_;
  return result;
}

void process_context::publish(step_index step,
                              std::shared_ptr<const step_output> output) {
  if (output == nullptr)
    return;
  auto& slot = outputs_[step] = std::move(output);
  if (!slot->context.empty())
    index_.add(plan_->graph.position(step), slot->context);
}

const value* process_context::find(const hashed_key& key) const {
  for (auto& own : {concluding_, own_})
    if (auto x = own != nullptr ? own->find(key) : nullptr)
      return x;
  auto end = static_cast<std::uint32_t>(outputs_.size());
  if (auto x = index_.find_last(key, end, [](auto) { return true; }))
    return x;
  return input_->find(key);
}

// -- step_view ----------------------------------------------------------------

namespace {

/// Visits the ancestors of a step, last in topological order first, each once.
/// All through which one is reached have been visited before it, so whatever is
/// in the heap more than once comes out of it in a row.
class ancestor_walk {
public:
  struct item {
    step_index step;
    bool marked; // by one of those that it was reached through
  };

  ancestor_walk(const topology& graph, step_index step) : graph_(graph) {
    expand(step, false);
  }

  bool done() const {
    return heap_.empty();
  }

  /// Whether all that could still come is marked.
  bool only_marked_left() const {
    return unmarked_ == 0;
  }

  item next() {
    auto [position, marked] = pop();
    while (!heap_.empty() && heap_.front().first == position)
      marked |= pop().second;
    return {graph_.order()[position], marked};
  }

  /// Lets the dependencies of a visited step be visited as well.
  void expand(step_index step, bool mark) {
    for (auto x : graph_.dependencies(step)) {
      heap_.emplace_back(graph_.position(x), mark);
      std::push_heap(heap_.begin(), heap_.end());
      unmarked_ += mark ? 0 : 1;
    }
  }

private:
  using entry = std::pair<std::uint32_t, bool>;

  entry pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    auto result = heap_.back();
    heap_.pop_back();
    unmarked_ -= result.second ? 0 : 1;
    return result;
  }

  const topology& graph_;
  boost::container::small_vector<entry, 64> heap_;
  std::size_t unmarked_ = 0;
};

} // namespace

const value* step_view::written_by(step_index step,
                                   const hashed_key& key) const {
  auto output = context_->output(step);
  return output != nullptr ? output->context.find(key) : nullptr;
}

const value* step_view::find(const hashed_key& key) const {
  if (auto x = find_in_ancestors(key))
    return x;
  if (auto own = context_->own())
    if (auto x = own->find(key))
      return x;
  return context_->input().find(key);
}

/// A key set close by is found by walking up from the step, one set far away
/// by the index. Either alone would be slow somewhere: the walk on a long chain
/// whose first step set the key, the index where very many steps set it that
/// are no ancestors.
const value* step_view::find_in_ancestors(const hashed_key& key) const {
  if (!index_.may_contain(key))
    return nullptr;
  for (auto& [restricted, step] : plan().restrictions)
    if (restricted == key.text())
      return written_by(step, key);
  const value* result = nullptr;
  if (walk_nearest(key, result) != walk::unfinished)
    return result;
  auto& graph = context_->plan().graph;
  return index_.find_last(key, graph.position(step_), [&](auto position) {
    return graph.is_ancestor(graph.order()[position], step_);
  });
}

step_view::walk step_view::walk_nearest(const hashed_key& key,
                                        const value*& result) const {
  constexpr std::size_t nearest = 32;
  auto& graph = context_->plan().graph;
  std::size_t i = 0;
  auto from = step_;
  for (; i < nearest && graph.dependencies(from).size() == 1; ++i) {
    from = graph.dependencies(from)[0];
    result = written_by(from, key);
    if (result != nullptr)
      return walk::found;
  }
  if (graph.dependencies(from).size() > nearest) {
    result = written_by(graph.last_dependency(from), key);
    return result != nullptr ? walk::found : walk::unfinished;
  }
  ancestor_walk ancestors{graph, from};
  for (; i < nearest; ++i) {
    if (ancestors.done())
      return walk::exhausted;
    auto step = ancestors.next().step;
    result = written_by(step, key);
    if (result != nullptr)
      return walk::found;
    if (graph.dependencies(step).size() > nearest)
      return walk::unfinished;
    ancestors.expand(step, false);
  }
  return walk::unfinished;
}

const value* step_view::result(std::string_view step) const {
  auto& plan = context_->plan();
  auto index = plan.find(step);
  if (!index || !plan.graph.is_ancestor(*index, step_))
    return nullptr;
  auto output = context_->output(*index);
  return output != nullptr && output->result.has_value() ? &output->result
                                                         : nullptr;
}

std::vector<std::pair<step_index, const value*>>
step_view::end_values(const hashed_key& key) const {
  auto& graph = context_->plan().graph;
  std::vector<std::pair<step_index, const value*>> result;
  ancestor_walk ancestors{graph, step_};
  while (!ancestors.only_marked_left()) {
    auto [step, marked] = ancestors.next();
    auto x = written_by(step, key);
    if (x != nullptr && !marked)
      result.emplace_back(step, x);
    ancestors.expand(step, marked || x != nullptr);
  }
  std::reverse(result.begin(), result.end());
  return result;
}

} // namespace lightflow
