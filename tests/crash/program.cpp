// SPDX-License-Identifier: MIT
#include "program.hpp"

#include "lightflow/lightflow.hpp"

#include "random_flow.hpp"
#include "work_log.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

/// What a step sees of its ancestors: what they returned, and what one of them
/// set, from which it must be the same.
seen_values look_around(const step& self, const random_process& process,
                        const random_step& what) {
  auto prefix = self.process_id() + '/';
  seen_values result;
  for (auto x : what.after) {
    auto& name = process.steps[x].name;
    if (auto value = self.result<std::uint64_t>(name))
      result.emplace_back(prefix + name, *value);
  }
  if (what.reads) {
    auto& name = process.steps[*what.reads].name;
    if (auto text = self.get<std::string>(name))
      result.emplace_back(prefix + name, std::stoull(*text));
  }
  return result;
}

result<std::uint64_t> run_step(step& self, const random_process& process,
                               const random_step& what, work_log& log) {
  auto seen = look_around(self, process, what);
  log.begin(self.id(), seen);
  std::this_thread::sleep_for(std::chrono::microseconds{what.microseconds});
  if (log.fails(self.id(), what.failures))
    return fail("told to");
  std::vector<std::uint64_t> values;
  for (auto& [name, x] : seen)
    values.push_back(x);
  auto value = combine(what.name, values);
  self.set(what.name,
           fmt::format("{} {}", value, std::string(what.padding, '.')));
  log.end(self.id(), value);
  return value;
}

} // namespace

void define(catalog& flows, const random_flow& flow, work_log& log) {
  auto& defined = flows.flow(flow.name).recoverable();
  for (auto& process : flow.processes) {
    auto& steps = defined.process(process.name);
    for (auto& what : process.steps) {
      auto& self = steps.step(
        what.name, [&](step& x) { return run_step(x, process, what, log); });
      self.retry(what.retries, std::chrono::milliseconds{2});
      for (auto x : what.after)
        self.after(process.steps[x].name);
    }
  }
}

namespace {

void tell(work_log& log, const run_report& report) {
  seen_values steps;
  for (auto& process : report.processes())
    for (auto& step : process.steps())
      if (step.success())
        steps.emplace_back(step.id(), step.result<std::uint64_t>().value_or(0));
  log.report(report.id(), report.success(), steps);
}

} // namespace

void bring_to_success(run_handle run, work_log& log) {
  for (;;) {
    auto report = run.wait();
    tell(log, report);
    if (report.success())
      return;
    run = run.recover();
  }
}

int run_program(const program_options& options) {
  auto flows = make_flows(options.seed);
  work_log log{options.log()};
  catalog defined;
  for (auto& flow : flows)
    define(defined, flow, log);
  engine_options how;
  how.journal = open_journal(options.directory / "journal");
  how.durability = options.durability;
  how.interrupted
    = options.waits ? interrupted_runs::wait : interrupted_runs::resume;
  // Each failure is an event, and they are many.
  how.log = [](log_level level, std::string_view text) {
    if (level == log_level::error)
      fmt::print(stderr, "{}\n", text);
  };
  engine engine{defined, how};
  std::vector<run_handle> runs;
  for (auto& flow : flows)
    runs.push_back(engine.start_as(flow.name, flow.name));
  for (auto& run : runs)
    bring_to_success(run, log);
  return 0;
}

} // namespace lightflow::tests
