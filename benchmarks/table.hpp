// SPDX-License-Identifier: MIT
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lightflow::benchmarks {

/// The counter that each benchmark reports: seconds per step.
inline constexpr auto counter_name = "per_step";

/// Shows results as they come, and at the end puts those of the benchmarks
/// "workload/variant" side by side: medians where there are repetitions.
class table_reporter : public benchmark::ConsoleReporter {
public:
  /// All variants are compared to the first.
  table_reporter(std::vector<std::string> workloads,
                 std::vector<std::string> variants)
      : ConsoleReporter(OO_Tabular), workloads_(std::move(workloads)),
        variants_(std::move(variants)) {}

  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

private:
  void print_row(const std::string& workload);
  std::optional<double> result(const std::string& workload,
                               const std::string& variant) const;

  std::vector<std::string> workloads_;
  std::vector<std::string> variants_;
  std::map<std::string, double> results_; // by "workload/variant"
};

} // namespace lightflow::benchmarks
