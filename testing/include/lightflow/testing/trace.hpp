// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/time.hpp"

#include <string>
#include <utility>
#include <vector>

namespace lightflow::testing {

/// What has happened in a simulation, in order: programs that start and crash,
/// functions of steps that run, what is written to the journal, and events.
class trace {
public:
  struct entry {
    duration time; // virtual, since the simulation began
    std::string what;

    friend bool operator==(const entry&, const entry&) = default;
  };

  void add(duration time, std::string what) {
    entries_.push_back({time, std::move(what)});
  }

  const std::vector<entry>& entries() const noexcept {
    return entries_;
  }

  /// A line for each, with the time in seconds.
  std::string text() const;

  friend bool operator==(const trace&, const trace&) = default;

private:
  std::vector<entry> entries_;
};

} // namespace lightflow::testing
