// SPDX-License-Identifier: MIT
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>

namespace lightflow::benchmarks {

/// The counter that each benchmark reports: what one of something costs.
inline constexpr auto seconds_per_step = "seconds_per_step";
inline constexpr auto seconds_per_run = "seconds_per_run";
inline constexpr auto bytes_each = "bytes_each";

/// Adds the benchmark "group/row/variant". Variants of a row are measured to be
/// compared: "lightflow" with each of the others.
template <class Function>
benchmark::internal::Benchmark* add(const std::string& group,
                                    const std::string& row,
                                    const std::string& variant, Function f) {
  return benchmark::RegisterBenchmark(
           (group + '/' + row + '/' + variant).c_str(), f)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
}

/// Says that each iteration did so many of what is counted.
inline void report(benchmark::State& state, const char* counter,
                   std::size_t count) {
  using benchmark::Counter;
  state.counters[counter]
    = Counter(static_cast<double>(count),
              Counter::kIsIterationInvariantRate | Counter::kInvert);
}

/// Does a workload again and again with a subject that was made for it.
template <class Subject>
void measure(benchmark::State& state, Subject subject, const char* counter,
             std::size_t count) {
  subject->run(); // the first run seals the flow
  for (auto _ : state)
    subject->run();
  report(state, counter, count);
}

} // namespace lightflow::benchmarks
