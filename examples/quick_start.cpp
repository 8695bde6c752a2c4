// SPDX-License-Identifier: MIT
// Two steps that run one after the other, and one beside them that fails.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

namespace lf = lightflow;

std::string First(lf::step& step) {
  if (auto input = step.get<std::string>("input"))
    fmt::print("[Step: {}] got input: {}\n", step.name(), *input);
  step.set("key", "value");
  return "result";
}

int main() {
  lf::catalog catalog;
  auto& process = catalog.flow_with_process("Example");
  process.follow<First>();
  lf::engine engine{catalog};
  auto run = engine.run("Example", {{"input", "Hello world"}});
  fmt::print("{}\n", run.errors());
  return run.success() ? 0 : 1;
}
