// SPDX-License-Identifier: MIT
// Processes that are put together from others.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <chrono>

namespace lf = lightflow;
using namespace std::chrono_literals;

void tell(lf::step& step) {
  fmt::print("{}\n", step.name());
}

int main() {
  lf::catalog catalog;

  // What all reports have in common.
  auto& report = catalog.flow_with_process("report");
  report.step("fetch", tell).retry(3, 100ms);
  report.step("render", tell, "fetch");
  report.step("send", tell, "render");

  // A report with more to it.
  auto& sales = catalog.flow_with_process("sales");
  sales.step("check_rights", tell);
  sales.step("fetch", tell, "check_rights"); // keeps this function
  sales.merge("report");
  sales.step("render", // replaces the function that was merged in
             [](lf::step&) { fmt::print("render with a chart\n"); });

  lf::engine engine{catalog};
  return engine.run("sales").success() ? 0 : 1;
}
