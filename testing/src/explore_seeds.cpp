// SPDX-License-Identifier: MIT
#include "lightflow/testing/hazards.hpp"

#include "lightflow/testing/expectation.hpp"

#include "explorer.hpp"
#include "misfortune.hpp"

#include <optional>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

/// Nothing: the test started it.
std::optional<worker_options> find_worker(const simulation_options& world,
                                          std::string_view name) {
  for (auto& x : world.workers)
    if (x.name == name)
      return x;
  return std::nullopt;
}

void try_seed(explorer& x, const exploration_options& options,
              const hazards& what, std::uint64_t seed) {
  misfortune chance{what, seed};
  disturbance it{fmt::format("seed {}", seed), options.world};
  it.world.seed = seed;
  it.world.fails = [&](const step& self, call_moment moment) {
    auto given = options.world.fails;
    return (given && given(self, moment)) || chance.fails(self);
  };
  it.judge = [&](simulation& world, std::string_view worker,
                 std::string_view message) {
    if (options.world.network)
      return options.world.network(worker, message);
    auto known = find_worker(options.world, worker);
    return known ? chance.judge(world, *known) : message_fate{};
  };
  it.decide
    = [&](simulation& world, std::size_t) { return chance.decide(world); };
  it.loss = [&](std::size_t unsynced) { return chance.loss(unsynced); };
  x.run_with(it);
}

} // namespace

exploration explore_seeds(const definition& define, std::string_view flow,
                          const inputs& input, const outcome_check& check,
                          const exploration_options& options,
                          const hazards& what, const seeds& which) {
  explorer result{define, flow, input, check, options};
  if (result.run_undisturbed() == 0
      && (what.crash > 0 || what.disk_failure > 0))
    throw broken_expectation(fmt::format(
      R"(a run of flow "{}" writes nothing to the journal, so that neither )"
      "crashes nor disks that fail are tried: make it recoverable(), or set "
      "hazards::crash and hazards::disk_failure to 0",
      flow));
  for (std::size_t i = 0; i < which.count; ++i)
    try_seed(result, options, what, which.first + i);
  return result.explored();
}

} // namespace lightflow::testing
