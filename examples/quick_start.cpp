// SPDX-License-Identifier: MIT
// Two steps that run one after the other, and one beside them that fails.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <string>

namespace lf = lightflow;

lf::result<std::string> First(lf::step& step) {
  if (auto input = step.get<std::string>("input"))
    fmt::print("[Step: {}] got input: {}\n", step.name(), *input);
  step.set("key", "value");
  return std::string{"result"};
}

lf::result<> Second(lf::step& step) {
  if (auto value = step.get<std::string>("key"))
    fmt::print("[Step: {}] got key: {}\n", step.name(), *value);
  if (auto result = step.result<std::string>(step.dependencies()[0]))
    fmt::print("[Step: {}] got result: {}\n", step.name(), *result);
  return {};
}

lf::result<> ErrorStep(lf::step& step) {
  if (auto value = step.get<std::string>("key"))
    fmt::print("[Step: {}] got key: {}\n", step.name(), *value);
  else
    fmt::print("[Step: {}] cannot get key \n", step.name());
  return lf::fail("execution failed");
}

/// Does what a step's function does, and tells how it went.
template <auto Function>
auto reported(lf::step& step) {
  auto outcome = Function(step);
  fmt::print("[Step: {}] {}\n", step.name(),
             outcome.ok() ? "succeeded" : "has failed");
  return outcome;
}

int main() {
  lf::catalog catalog;
  auto& process = catalog.flow_with_process("Example");
  process.follow(lf::named("First", reported<First>),
                 lf::named("Second", reported<Second>));
  process.step("ErrorStep", reported<ErrorStep>);

  lf::engine engine{catalog};
  auto run = engine.run("Example", {{"input", "Hello world"}});

  // The run has failed as it should: because of ErrorStep and nothing else.
  auto failures = run.failed_steps();
  return failures.size() == 1 && failures[0].name() == "ErrorStep" ? 0 : 1;
}
