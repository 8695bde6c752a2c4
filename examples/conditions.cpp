// SPDX-License-Identifier: MIT
// Steps that run only if what came before says so.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

namespace lf = lightflow;

void measure(lf::step& step) {
  step.set("temperature", 31.5);
  step.set("humidity", 40);
}

void tell(lf::step& step) {
  fmt::print("{}\n", step.name());
}

int main() {
  lf::catalog catalog;
  auto& process = catalog.flow_with_process("climate");
  process.step<measure>();

  // Both must hold, or else the alternative.
  process.step("cool", tell, "measure")
    .gt("temperature", 30)
    .lt("humidity", 60)
    .or_()
    .eq("mode", "always cool");

  // Skipped, since it is warm; what runs after it runs all the same.
  process.step("heat", tell, "cool").lte("temperature", 18);
  process.step("ventilate", tell, "heat");

  // Skipped along with all that runs after it, but for `report`.
  process.step("open_window", tell, "ventilate")
    .if_([](lf::step& step) { return step.get<int>("wind").value_or(9) < 5; })
    .skip_with_dependents("report");
  process.step("enjoy_breeze", tell, "open_window");
  process.step("report", tell, "enjoy_breeze");

  lf::engine engine{catalog};
  auto run = engine.run("climate");
  for (auto& step : run.process("climate").steps())
    fmt::print("{:13} {}\n", step.name(), to_string(step.state()));
  return run.success() ? 0 : 1;
}
