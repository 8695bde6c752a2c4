// SPDX-License-Identifier: MIT
// Code that runs around flows, processes and steps.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <string>

namespace lf = lightflow;

lf::result<int> load(lf::step& step) {
  return step.get<int>("user").value();
}

lf::result<> charge(lf::step&) {
  return lf::fail("card declined");
}

void notify(lf::step&) {}

int main() {
  lf::catalog catalog;
  auto& flow = catalog.flow("order");
  auto& process = flow.process("billing");
  process.follow<load, charge, notify>();
  process.step(
    "audit", [](lf::step&) {}, "load");

  // Before all: sets what processes and steps see.
  flow.before_flow([](lf::flow& self) { self.set("user", 42); });

  // Its failure keeps the step from running, and what runs after it.
  flow
    .before_step(lf::must,
                 [](lf::step& step) -> lf::result<> {
                   if (!step.get<int>("user"))
                     return lf::fail("nobody is logged in");
                   return {};
                 })
    .not_for("notify");

  // Narrowed by name and status.
  process
    .after_step([](lf::step& step) {
      fmt::print("loaded user {}\n", *step.returned<int>());
    })
    .only_for("load");
  process
    .after_step([](lf::step& step) { fmt::print("{} failed\n", step.name()); })
    .when(lf::status::error, lf::status::panicked);

  // After the last step of each process, however it went.
  flow.after_process([](lf::process& self) {
    for (auto& step : self.report().steps())
      fmt::print("{:7} {}\n", step.name(), to_string(step.state()));
    return false; // the other callbacks of this scope are left out
  });
  flow.after_process([](lf::process&) { fmt::print("never reached\n"); });

  // Its failure would be the failure of the run.
  catalog.defaults().after_flow(lf::must, [](lf::flow& self) {
    fmt::print("{} {}\n", self.name(), to_string(self.state()));
  });

  lf::engine engine{catalog};
  return engine.run("order").has(lf::status::failed) ? 0 : 1;
}
