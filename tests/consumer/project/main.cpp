// SPDX-License-Identifier: MIT
#include <lightflow/lightflow.hpp>

int answer(lightflow::step&) {
  return 42;
}

int main() {
  lightflow::catalog catalog;
  catalog.flow_with_process("consumer").follow<answer>();
  lightflow::engine engine{catalog};
  auto run = engine.run("consumer");
  auto step = run.process("consumer").step("answer");
  return run.success() && step.result<int>() == 42 ? 0 : 1;
}
