// SPDX-License-Identifier: MIT
#include "durable.hpp"
#include "floor.hpp"
#include "flows.hpp"
#include "measure.hpp"
#include "remote.hpp"
#include "table.hpp"
#include "workload.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow::benchmarks {

namespace {

const std::vector<workload>& workloads() {
  static const std::vector<workload> result{
    fan("fan_50", 50),
    chain("chain_60", 60),
    fan("fan_1000", 1'000),
    fan("fan_100000", 100'000),
    chain("chain_1000", 1'000),
    chain("chain_100000", 100'000),
    single_steps("one_step", 1),
    single_steps("one_step_x10", 10),
    single_steps("one_step_x1000", 1'000),
    single_steps("one_step_x10000", 10'000),
  };
  return result;
}

void add_all(const workload& what) {
  auto add_variant = [&](const std::string& variant, auto make) {
    add(what.name, variant, [&what, make](benchmark::State& state) {
      measure(state, make(what), what.steps());
    });
  };
  add_variant("lightflow", [](auto& x) { return std::make_unique<flows>(x); });
  add_variant("floor", [](auto& x) {
    return std::make_unique<floor>(x, floor::executor::library_pool);
  });
  add_variant("caf_floor", [](auto& x) {
    return std::make_unique<floor>(x, floor::executor::caf_scheduler);
  });
}

/// Takes `--name=number` out of the command line.
void take_option(std::vector<char*>& args, std::string_view name,
                 std::size_t& result) {
  auto is_it = [&](std::string_view x) { return x.starts_with(name); };
  for (auto& x : args)
    if (is_it(x))
      result = std::stoul(x + name.size());
  std::erase_if(args, is_it);
}

/// What the command line starts with; what is given there comes later and wins.
/// Interleaving spreads what else the machine does over all benchmarks alike.
std::vector<std::string> default_flags() {
  return {"--benchmark_repetitions=7", "--benchmark_min_time=0.1",
          "--benchmark_enable_random_interleaving=true",
          "--benchmark_display_aggregates_only=true"};
}

} // namespace

} // namespace lightflow::benchmarks

int main(int argc, char** argv) {
  namespace lfb = lightflow::benchmarks;
  auto flags = lfb::default_flags();
  std::vector<char*> args{argv[0]};
  for (auto& x : flags)
    args.push_back(x.data());
  args.insert(args.end(), argv + 1, argv + argc);
  lfb::durable_sizes sizes;
  lfb::take_option(args, "--interrupted_runs=", sizes.interrupted);
  lfb::take_option(args, "--listed_runs=", sizes.listed);
  auto count = static_cast<int>(args.size());
  args.push_back(nullptr);
  benchmark::Initialize(&count, args.data());
  if (benchmark::ReportUnrecognizedArguments(count, args.data()))
    return 1;
  std::vector<std::string> names;
  for (auto& x : lfb::workloads()) {
    lfb::add_all(x);
    names.push_back(x.name);
  }
  for (auto& x : lfb::add_durable(sizes))
    names.push_back(std::move(x));
  for (auto& x : lfb::add_remote())
    names.push_back(std::move(x));
  lfb::table_reporter reporter{names, {"lightflow", "floor", "caf_floor"}};
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
}
