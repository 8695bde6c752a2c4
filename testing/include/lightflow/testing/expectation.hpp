// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace lightflow::testing {

/// Thrown when a run does not do what is expected of it. The text tells what
/// was expected; if an exploration threw it, also under which circumstances,
/// and all that had happened.
class broken_expectation : public std::runtime_error {
public:
  explicit broken_expectation(const std::string& what)
      : std::runtime_error(what) {}

  /// The same with what is needed to understand it, and to see it again.
  broken_expectation(const std::string& what, std::string circumstances,
                     std::string trace);

  /// What was done to the run, such as "a crash right after commit 3"; empty
  /// if no exploration threw this.
  const std::string& circumstances() const noexcept {
    return circumstances_;
  }

  /// What had happened, a line each.
  const std::string& trace() const noexcept {
    return trace_;
  }

private:
  std::string circumstances_;
  std::string trace_;
};

/// For checks in tests: throws broken_expectation with this text unless it
/// holds.
inline void expect(bool holds, const std::string& what) {
  if (!holds)
    throw broken_expectation(what);
}

} // namespace lightflow::testing
