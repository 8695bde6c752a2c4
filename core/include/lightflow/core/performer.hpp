// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow {

/// Whoever does what a step does, in place of a function, such as an actor.
/// Opaque here: whoever runs the step knows what it is.
class performer {
public:
  performer() = default;
  performer(const performer&) = delete;
  performer& operator=(const performer&) = delete;
  virtual ~performer() = default;
};

/// Makes performers of a type of another layer. It is specialised there, with a
/// static function `make(T)` that gives a `std::shared_ptr<const performer>`;
/// null for a T that stands for nobody.
template <class T>
struct performer_traits;

/// What can do what a step does although it is no function.
template <class T>
concept performable = requires(T x) {
  {
    performer_traits<T>::make(std::move(x))
    } -> std::convertible_to<std::shared_ptr<const performer>>;
};

/// That the function of a step is done elsewhere: by whom, and what it takes
/// along.
struct delegation {
  /// Does it; null: a worker with the label.
  std::shared_ptr<const lightflow::performer> performer;
  /// Of workers; empty: the performer does it.
  std::string label;
  /// The keys of the context that it takes along; nothing: all that are visible
  /// to the step.
  std::optional<std::vector<std::string>> reads;

  bool takes_along(std::string_view key) const {
    return !reads
           || std::find(reads->begin(), reads->end(), key) != reads->end();
  }
};

} // namespace lightflow
