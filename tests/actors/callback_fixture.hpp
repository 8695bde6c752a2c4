// SPDX-License-Identifier: MIT
#pragma once

#include "fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace lightflow::tests {

/// Writes down what happens, in order.
struct callback_fixture : deterministic_fixture {
  using lines = std::vector<std::string>;

  /// A callback that writes a line and keeps on.
  auto note(std::string line) {
    return [this, line = std::move(line)](auto& unit) {
      happened.push_back(line + " " + unit.name());
    };
  }

  /// One that also fails.
  auto fail_after(std::string line) {
    return [this, line = std::move(line)](auto& unit) -> result<> {
      happened.push_back(line + " " + unit.name());
      return fail("no");
    };
  }

  auto stop_after(std::string line) {
    return [this, line = std::move(line)](auto& unit) {
      happened.push_back(line + " " + unit.name());
      return false;
    };
  }

  auto noting(std::string line) {
    return [this, line = std::move(line)](step&) { happened.push_back(line); };
  }

  run_report run() {
    auto handle = engine().start_as("r1", "flow");
    run_all();
    return handle.wait();
  }

  lines happened;
  flow_definition& flow = catalog.flow("flow");
  process_definition& process = flow.process("process");
};

} // namespace lightflow::tests

#define CHECK_HAPPENED(...)                                                    \
  BOOST_TEST(happened == (lines{__VA_ARGS__}), boost::test_tools::per_element())
