// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/core/step.hpp"

#include "../support/printing.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace lightflow::tests {

// Functions whose names become names of steps.
inline void first(step&) {}
inline int second(step&) {
  return 2;
}
inline result<> third(step&) {
  return {};
}
inline result<std::string> fourth(step&) {
  return std::string{"four"};
}

/// A catalog in which definitions are tried.
struct definition_fixture {
  using names = std::vector<std::string>;

  /// What a step of the sealed definition runs after.
  names dependencies(std::string_view step) {
    auto plan = catalog.plan("flow")->processes[0];
    names result;
    for (auto x : plan->graph.dependencies(plan->find(step).value()))
      result.push_back(plan->steps[x].name);
    return result;
  }

  lightflow::catalog catalog;
  process_definition& process = catalog.flow_with_process("flow");
};

} // namespace lightflow::tests

#define CHECK_AFTER(step, ...)                                                 \
  BOOST_TEST(dependencies(step) == (names{__VA_ARGS__}),                       \
             boost::test_tools::per_element())

#define CHECK_DEFECT(expression, ...)                                          \
  BOOST_CHECK_EXCEPTION(expression, definition_error, says({__VA_ARGS__}))
