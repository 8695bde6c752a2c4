// SPDX-License-Identifier: MIT
#pragma once

#include "table.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>

namespace lightflow::benchmarks {

/// Adds a benchmark of which a table shows the row and the variant.
template <class Function>
benchmark::internal::Benchmark* add(const std::string& row,
                                    const std::string& variant, Function f) {
  return benchmark::RegisterBenchmark((row + '/' + variant).c_str(), f)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
}

/// Says that each iteration did so many of what is counted.
inline void report(benchmark::State& state, std::size_t count) {
  using counter = benchmark::Counter;
  state.counters[counter_name]
    = counter(static_cast<double>(count),
              counter::kIsIterationInvariantRate | counter::kInvert);
}

/// Does a workload again and again with a subject that was made for it.
template <class Subject>
void measure(benchmark::State& state, Subject subject, std::size_t count) {
  subject->run(); // the first run seals the flow
  for (auto _ : state)
    subject->run();
  report(state, count);
}

} // namespace lightflow::benchmarks
