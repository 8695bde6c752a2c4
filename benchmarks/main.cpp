// SPDX-License-Identifier: MIT
#include "floor.hpp"
#include "flows.hpp"
#include "table.hpp"
#include "workload.hpp"

#include <benchmark/benchmark.h>

#include <string>
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

/// `Subject` is something that can do a workload again and again.
template <class Subject, class... Ts>
void measure(benchmark::State& state, const workload& what, Ts... xs) {
  Subject subject{what, xs...};
  subject.run(); // the first run seals the flow
  for (auto _ : state)
    subject.run();
  using counter = benchmark::Counter;
  state.counters[counter_name]
    = counter(static_cast<double>(what.steps()),
              counter::kIsIterationInvariantRate | counter::kInvert);
}

template <class Function>
void add(const workload& what, const std::string& variant, Function f) {
  benchmark::RegisterBenchmark((what.name + '/' + variant).c_str(), f)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
}

void add_all(const workload& what) {
  add(what, "lightflow",
      [&](benchmark::State& state) { measure<flows>(state, what); });
  add(what, "floor", [&](benchmark::State& state) {
    measure<floor>(state, what, floor::executor::library_pool);
  });
  add(what, "caf_floor", [&](benchmark::State& state) {
    measure<floor>(state, what, floor::executor::caf_scheduler);
  });
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
  lfb::table_reporter reporter{names, {"lightflow", "floor", "caf_floor"}};
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
}
