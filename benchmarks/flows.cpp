// SPDX-License-Identifier: MIT
#include "flows.hpp"

#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace lightflow::benchmarks {

namespace {

void do_nothing(step&) {}

const std::vector<std::string>& keys() {
  static const std::vector<std::string> result = [] {
    std::vector<std::string> xs;
    for (int i = 0; i < 10; ++i)
      xs.push_back(fmt::format("key_{}", i));
    return xs;
  }();
  return result;
}

/// Reads what the steps before it set under the keys that it then sets.
void use_context(step& self) {
  int sum = 0;
  for (auto& key : keys())
    sum += self.get<int>(key).value_or(0);
  for (auto& key : keys())
    self.set(key, sum % 10 + 1);
}

step_definition& define(process_definition& process, std::string name,
                        const step_work& work) {
  if (work.context)
    return process.step(std::move(name), use_context);
  if (work.sleep.count() > 0)
    return process.step(std::move(name), [sleep = work.sleep](step&) {
      std::this_thread::sleep_for(sleep);
    });
  return process.step(std::move(name), do_nothing);
}

void define(process_definition& process, const workload& what,
            const first_function& first) {
  std::vector<step_definition*> steps;
  for (auto& after : what.after) {
    auto name = fmt::format("step_{}", steps.size());
    auto& added = steps.empty() && first
                    ? process.step(std::move(name), first)
                    : define(process, std::move(name), what.work);
    for (auto x : after)
      added.after(*steps[x]);
    if (what.work.callbacks)
      added.eq("wanted", true);
    steps.push_back(&added);
  }
  if (what.work.callbacks) {
    process.before_step(do_nothing);
    process.after_step(do_nothing);
  }
}

/// With what the conditions of steps ask for.
inputs input_for(const workload& what) {
  inputs result;
  if (what.work.callbacks)
    result.set("wanted", true);
  return result;
}

engine_options durable(const std::filesystem::path& directory, durability how) {
  engine_options result;
  result.journal = open_journal(directory);
  result.durability = how;
  return result;
}

} // namespace

flow_definition& define(catalog& flows, const workload& what,
                        const first_function& first) {
  auto& result = flows.flow("benchmark");
  define(result.process("benchmark"), what, first);
  return result;
}

// -- flows --------------------------------------------------------------------

flows::flows(const workload& what, engine_options options)
    : engine_(catalog_, options), inputs_(what.runs, input_for(what)) {
  define(catalog_, what).recoverable(options.journal != nullptr);
}

void flows::run() {
  for (auto& x : engine_.start_all("benchmark", inputs_))
    x.wait();
}

// -- durable_flows ------------------------------------------------------------

durable_flows::durable_flows(const workload& what, durability how)
    : flows_(what, durable(scratch_.path() / "journal", how)) {}

durable_flows::durable_flows(const workload& what, durability how,
                             const std::filesystem::path& directory)
    : flows_(what, durable(directory, how)) {}

} // namespace lightflow::benchmarks
