// SPDX-License-Identifier: MIT
#include "table.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace lightflow::benchmarks {

/// Medians come after the single runs that they are made of.
void table_reporter::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> shown;
  for (auto& x : runs)
    if (x.run_type == Run::RT_Iteration || x.aggregate_name == "median")
      shown.push_back(x);
  ConsoleReporter::ReportRuns(shown);
  for (auto& x : shown)
    if (auto i = x.counters.find(counter_name); i != x.counters.end())
      results_[x.run_name.function_name] = i->second;
}

void table_reporter::Finalize() {
  auto& out = GetOutputStream();
  fmt::print(out, "\n{:<26}{:>12}", "us per step or run", variants_.front());
  for (auto i = variants_.begin() + 1; i != variants_.end(); ++i)
    fmt::print(out, "{:>12}{:>8}", *i, "ratio");
  fmt::print(out, "\n");
  for (auto& x : workloads_)
    print_row(x);
}

/// Leaves out a workload of which nothing was measured.
void table_reporter::print_row(const std::string& workload) {
  auto number = [](std::optional<double> x) {
    return x ? fmt::format("{:.2f}", *x) : std::string{"-"};
  };
  auto measured = [&](auto& x) { return result(workload, x).has_value(); };
  if (std::none_of(variants_.begin(), variants_.end(), measured))
    return;
  auto& out = GetOutputStream();
  auto ours = result(workload, variants_.front());
  fmt::print(out, "{:<26}{:>12}", workload, number(ours));
  for (auto i = variants_.begin() + 1; i != variants_.end(); ++i) {
    auto theirs = result(workload, *i);
    auto ratio = ours && theirs ? std::optional{*ours / *theirs} : std::nullopt;
    fmt::print(out, "{:>12}{:>8}", number(theirs), number(ratio));
  }
  fmt::print(out, "\n");
}

/// In microseconds; nothing if it was not measured.
std::optional<double> table_reporter::result(const std::string& workload,
                                             const std::string& variant) const {
  auto i = results_.find(workload + '/' + variant);
  return i != results_.end() ? std::optional{i->second * 1e6} : std::nullopt;
}

} // namespace lightflow::benchmarks
