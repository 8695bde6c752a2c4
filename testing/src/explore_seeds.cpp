// SPDX-License-Identifier: MIT
#include "lightflow/testing/hazards.hpp"

#include "lightflow/core/step.hpp"

#include "dice.hpp"
#include "explorer.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

/// What goes wrong in one run.
class misfortune {
public:
  misfortune(const hazards& what, std::uint64_t seed)
      : what_(what), dice_(seed), left_(what.most) {}

  commit_fate decide(simulation& world) {
    if (happens(what_.crash))
      return dice_.chance(0.5) ? commit_fate::crash_before
                               : commit_fate::crash_after;
    if (!happens(what_.disk_failure))
      return commit_fate::written;
    world.fail_disk(some_of(what_.longest_disk_failure));
    return dice_.chance(0.5) ? commit_fate::failed_but_written
                             : commit_fate::failed;
  }

  /// How many commits a crash takes along.
  std::size_t loss(std::size_t unsynced) {
    return dice_.chance(what_.power_loss) ? dice_.below(unsynced + 1) : 0;
  }

  bool fails(const step& self) {
    auto& named = what_.step_failures;
    auto found = named.find(self.process_name() + '/' + self.name());
    return happens(found != named.end() ? found->second : what_.step_failure);
  }

private:
  bool happens(double probability) {
    if (left_ == 0 || !dice_.chance(probability))
      return false;
    --left_;
    return true;
  }

  duration some_of(duration x) {
    constexpr int parts = 1000;
    return x / parts * static_cast<duration::rep>(dice_.below(parts));
  }

  const hazards& what_;
  dice dice_;
  std::size_t left_;
};

void try_seed(explorer& x, const exploration_options& options,
              const hazards& what, std::uint64_t seed) {
  misfortune chance{what, seed};
  disturbance it{fmt::format("seed {}", seed), options.world};
  it.world.seed = seed;
  it.world.fails = [&](const step& self, call_moment moment) {
    auto given = options.world.fails;
    return (given && given(self, moment)) || chance.fails(self);
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
  result.run_undisturbed();
  for (std::size_t i = 0; i < which.count; ++i)
    try_seed(result, options, what, which.first + i);
  return result.explored();
}

} // namespace lightflow::testing
