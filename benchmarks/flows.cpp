// SPDX-License-Identifier: MIT
#include "flows.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace lightflow::benchmarks {

namespace {

void do_nothing(step&) {}

void define(process_definition& process, const workload& what) {
  std::optional<sync_point> before;
  for (std::size_t level = 0; level < what.levels.size(); ++level) {
    std::vector<named_step> steps;
    for (std::uint32_t i = 0; i < what.levels[level]; ++i)
      steps.push_back(named(fmt::format("step_{}_{}", level, i), do_nothing));
    auto added = process.parallel(std::move(steps));
    if (before)
      added.after(*before);
    before = std::move(added);
  }
}

engine_options durable(const std::filesystem::path& directory, durability how) {
  engine_options result;
  result.journal = open_journal(directory);
  result.durability = how;
  return result;
}

} // namespace

flow_definition& define(catalog& flows, const workload& what) {
  auto& result = flows.flow("benchmark");
  define(result.process("benchmark"), what);
  return result;
}

// -- flows --------------------------------------------------------------------

flows::flows(const workload& what, engine_options options)
    : engine_(catalog_, options), runs_(what.runs) {
  define(catalog_, what).recoverable(options.journal != nullptr);
}

void flows::run() {
  for (auto& x : engine_.start_all("benchmark", std::vector<inputs>(runs_)))
    x.wait();
}

// -- durable_flows ------------------------------------------------------------

durable_flows::durable_flows(const workload& what, durability how)
    : flows_(what, durable(scratch_.path() / "journal", how)) {}

durable_flows::durable_flows(const workload& what, durability how,
                             const std::filesystem::path& directory)
    : flows_(what, durable(directory, how)) {}

} // namespace lightflow::benchmarks
