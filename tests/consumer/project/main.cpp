// SPDX-License-Identifier: MIT
#include <lightflow/caf.hpp>
#include <lightflow/lightflow.hpp>

int answer(lightflow::step&) {
  return 42;
}

int main() {
  lightflow::catalog catalog;
  catalog.flow_with_process("consumer").follow<answer>();
  lightflow::engine engine{catalog};
  if (lightflow::actor_of(engine) == nullptr)
    return 1;
  auto run = engine.run("consumer");
  auto step = run.process("consumer").step("answer");
  return run.success() && step.result<int>() == 42 ? 0 : 1;
}
