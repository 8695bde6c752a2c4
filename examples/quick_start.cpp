// SPDX-License-Identifier: MIT
// Two steps that run one after the other, one beside them that fails, and a
// callback that tells how each of them went.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <string>

namespace lf = lightflow;

std::string First(lf::step& step) {
  if (auto input = step.get<std::string>("input"))
    fmt::print("[Step: {}] got input: {}\n", step.name(), *input);
  step.set("key", "value");
  return "result";
}

void Second(lf::step& step) {
  if (auto value = step.get<std::string>("key"))
    fmt::print("[Step: {}] got key: {}\n", step.name(), *value);
  if (auto result = step.result<std::string>(step.dependencies()[0]))
    fmt::print("[Step: {}] got result: {}\n", step.name(), *result);
}

lf::result<> ErrorStep(lf::step& step) {
  if (auto value = step.get<std::string>("key"))
    fmt::print("[Step: {}] got key: {}\n", step.name(), *value);
  else
    fmt::print("[Step: {}] cannot get key \n", step.name());
  return lf::fail("execution failed");
}

void ErrorHandler(lf::step& step) {
  if (step.has(lf::status::failed))
    fmt::print("[Step: {}] has failed\n", step.name());
  else
    fmt::print("[Step: {}] succeeded\n", step.name());
}

int main() {
  lf::catalog catalog;
  auto& process = catalog.flow_with_process("Example");
  process.follow<First, Second>();
  process.follow<ErrorStep>();
  process.after_step(lf::must, ErrorHandler);

  lf::engine engine{catalog};
  auto run = engine.run("Example", {{"input", "Hello world"}});

  // The run has failed as it should: because of ErrorStep and nothing else.
  auto failures = run.failed_steps();
  return failures.size() == 1 && failures[0].name() == "ErrorStep" ? 0 : 1;
}
