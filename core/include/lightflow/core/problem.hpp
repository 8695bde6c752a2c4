// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/result.hpp"

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lightflow {

/// What went wrong in a function of the user.
struct problem {
  std::string message;
  /// What was thrown; null if the function returned a failure.
  std::exception_ptr exception;
  /// The calls that led to where the exception was caught.
  std::vector<const void*> frames;

  bool is_panic() const noexcept {
    return exception != nullptr;
  }

  static problem of(failure x) {
    return {std::move(x.message), nullptr, {}};
  }

  /// Only within a catch clause.
  static problem of_current_exception();

  /// "failed: " or "threw: ", and the message.
  std::string describe() const;
};

/// What a function of the user gave, or how it went wrong.
template <class T>
struct outcome {
  std::optional<T> value; // set unless there is a problem
  std::optional<problem> trouble;
};

/// Calls a function of the user, which may do and throw anything. `f` returns a
/// `result`.
template <class F>
auto call_guarded(F&& f) {
  using returned = std::invoke_result_t<F&>;
  if constexpr (std::is_same_v<returned, result<void>>) {
    std::optional<problem> trouble;
    try {
      if (auto x = f(); !x)
        trouble = problem::of(std::move(x.reason()));
    } catch (...) {
      trouble = problem::of_current_exception();
    }
    return trouble;
  } else {
    outcome<std::remove_cvref_t<decltype(*std::declval<returned&>())>> result;
    try {
      if (auto x = f())
        result.value = std::move(*x);
      else
        result.trouble = problem::of(std::move(x.reason()));
    } catch (...) {
      result.trouble = problem::of_current_exception();
    }
    return result;
  }
}

} // namespace lightflow
