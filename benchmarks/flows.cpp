// SPDX-License-Identifier: MIT
#include "flows.hpp"

#include <optional>
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

} // namespace

flows::flows(const workload& what) : runs_(what.runs) {
  define(catalog_.flow_with_process("benchmark"), what);
  handles_.reserve(runs_);
}

void flows::run() {
  for (std::size_t i = 0; i < runs_; ++i)
    handles_.push_back(engine_.start("benchmark"));
  for (auto& x : handles_)
    x.wait();
  handles_.clear();
}

} // namespace lightflow::benchmarks
