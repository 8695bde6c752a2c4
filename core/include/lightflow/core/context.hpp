// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/plan.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/write_index.hpp"
#include "lightflow/core/writes.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow {

/// What a step left behind: what it set and what it returned.
struct step_output {
  writes context;
  value result;
};

/// The values of one process of a run, by level. The process adds the output of
/// each step when the step ends, and never changes it; a step reads only the
/// outputs of its ancestors, which were there before it started. So steps read
/// without locks while the process adds others.
class process_context {
public:
  process_context(std::shared_ptr<const process_plan> plan,
                  std::shared_ptr<const writes> input);

  const process_plan& plan() const noexcept {
    return *plan_;
  }

  /// What the caller of the run set.
  const writes& input() const noexcept {
    return *input_;
  }

  /// What the process's callbacks set before any step started; null: nothing.
  const writes* own() const noexcept {
    return own_.get();
  }

  /// Adds what they set. Called before any step starts.
  void prepare(std::shared_ptr<const writes> own);

  /// Adds what the process's callbacks set after the last step, which steps do
  /// not see, also those that still run though they timed out.
  void conclude(std::shared_ptr<const writes> own) {
    concluding_ = merge(concluding_, own);
  }

  /// Adds what a step left. Called once per step, by the process.
  void publish(step_index step, std::shared_ptr<const step_output> output);

  /// What a step left; null if it left nothing. A step may ask only about its
  /// ancestors.
  const step_output* output(step_index step) const {
    return outputs_[step].get();
  }

  /// The same, to be shared.
  const std::shared_ptr<const step_output>&
  shared_output(step_index step) const {
    return outputs_[step];
  }

  /// A context that no step has added anything to yet, but otherwise like this.
  process_context without_outputs() const;

  /// Who set what, of all steps published until now.
  const write_index& index() const noexcept {
    return index_;
  }

  /// What the process sees under a key: its own value, or that of the last of
  /// its steps in topological order, or the run's. Only for the process itself
  /// and for processes that ended.
  const value* find(const hashed_key& key) const;

private:
  std::shared_ptr<const process_plan> plan_;
  std::shared_ptr<const writes> input_;
  std::shared_ptr<const writes> own_;
  std::shared_ptr<const writes> concluding_;
  std::vector<std::shared_ptr<const step_output>> outputs_;
  write_index index_;
};

/// What a step sees of its process: fixed when it starts.
class step_view {
public:
  step_view(std::shared_ptr<const process_context> context, step_index step)
      : context_(std::move(context)), index_(context_->index()), step_(step) {}

  const process_context& context() const noexcept {
    return *context_;
  }

  step_index index() const noexcept {
    return step_;
  }

  const step_plan& plan() const {
    return context_->plan().steps[step_];
  }

  /// What an ancestor set under a key, or else the process, or else the run;
  /// null if none of them did.
  const value* find(const hashed_key& key) const;

  /// Calls `f` with all keys that it may see, of which it may see some as
  /// nothing, and some more than once.
  template <class F>
  void for_each_key(F f) const {
    index_.for_each_key(f);
    if (auto own = context_->own())
      for (auto& [key, x] : *own)
        f(std::string_view{key});
    for (auto& [key, x] : context_->input())
      f(std::string_view{key});
  }

  /// What an ancestor returned; null if it is no ancestor or returned nothing.
  const value* result(std::string_view step) const;

  /// For each path into the step, the last step that set the key, with its
  /// value; without those that another of them comes after. In topological
  /// order.
  std::vector<std::pair<step_index, const value*>>
  end_values(const hashed_key& key) const;

private:
  enum class walk { found, exhausted, unfinished };

  const value* find_in_ancestors(const hashed_key& key) const;

  walk walk_nearest(const hashed_key& key, const value*& result) const;

  const value* written_by(step_index step, const hashed_key& key) const;

  std::shared_ptr<const process_context> context_;
  write_index index_;
  step_index step_;
};

} // namespace lightflow
