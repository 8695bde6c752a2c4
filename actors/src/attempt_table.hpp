// SPDX-License-Identifier: MIT
#pragma once

#include "attempt.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>

namespace lightflow {

/// What a process shares with the attempts of its steps, by step: of the last
/// attempt of each, until the process has taken in how that ended.
class attempt_table {
public:
  explicit attempt_table(std::size_t steps) : controls_(steps) {}

  /// Null if the step has none.
  attempt_control* find(step_index step) const {
    return controls_[step].get();
  }

  /// How the attempt that the step has is asked to stop.
  std::shared_ptr<stop_signal> stop_of(step_index step) const {
    auto& control = controls_[step];
    return {control, &control->stop};
  }

  std::shared_ptr<attempt_control> add(step_index step) {
    return controls_[step] = std::make_shared<attempt_control>();
  }

  std::shared_ptr<attempt_control> remove(step_index step) {
    return std::move(controls_[step]);
  }

  /// Calls `f(step)` for each that has one.
  template <class F>
  void for_each(F f) const {
    for (step_index x = 0; x < controls_.size(); ++x)
      if (controls_[x] != nullptr)
        f(x);
  }

  /// The steps with an attempt of which `is_one(step, control)` says so.
  template <class Predicate>
  std::vector<step_index> select(Predicate is_one) const {
    std::vector<step_index> result;
    for (step_index x = 0; x < controls_.size(); ++x)
      if (controls_[x] != nullptr && is_one(x, *controls_[x]))
        result.push_back(x);
    return result;
  }

private:
  /// That of a process of one step lies in it.
  boost::container::small_vector<std::shared_ptr<attempt_control>, 1> controls_;
};

} // namespace lightflow
