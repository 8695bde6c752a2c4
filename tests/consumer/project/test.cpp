// SPDX-License-Identifier: MIT
#include <lightflow/testing.hpp>

int main() {
  auto define = [](lightflow::catalog& x) {
    x.flow("consumer")
      .recoverable()
      .process("consumer")
      .step("answer", [](lightflow::step&) { return 42; });
  };
  auto explored = lightflow::testing::explore_crashes(define, "consumer");
  return explored.crashes > 0 ? 0 : 1;
}
