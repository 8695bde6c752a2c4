// SPDX-License-Identifier: MIT
#include "durable.hpp"
#include "in_memory.hpp"
#include "remote.hpp"
#include "state_size.hpp"

#include <benchmark/benchmark.h>

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace lightflow::benchmarks {

namespace {

std::size_t positive_number(std::string_view option, std::string_view text) {
  std::size_t result = 0;
  auto [end, error]
    = std::from_chars(text.data(), text.data() + text.size(), result);
  if (error != std::errc{} || end != text.data() + text.size() || result == 0)
    throw std::invalid_argument(
      fmt::format("{}{}: expected a number above 0", option, text));
  return result;
}

/// Takes `--name=number` out of the command line.
void take_option(std::vector<char*>& args, std::string_view name,
                 std::size_t& result) {
  auto is_it = [&](std::string_view x) { return x.starts_with(name); };
  for (std::string_view x : args)
    if (is_it(x))
      result = positive_number(name, x.substr(name.size()));
  std::erase_if(args, is_it);
}

/// What the command line starts with; what is given there comes later and wins.
/// Interleaving spreads what else the machine does over all benchmarks alike.
std::vector<std::string> default_flags() {
  return {"--benchmark_repetitions=11", "--benchmark_min_time=0.05",
          "--benchmark_enable_random_interleaving=true",
          "--benchmark_display_aggregates_only=true"};
}

void run(int argc, char** argv) {
  auto flags = default_flags();
  std::vector<char*> args{argv[0]};
  for (auto& x : flags)
    args.push_back(x.data());
  args.insert(args.end(), argv + 1, argv + argc);
  recovery_sizes sizes;
  take_option(args, "--interrupted_runs=", sizes.interrupted);
  take_option(args, "--listed_runs=", sizes.listed);
  auto count = static_cast<int>(args.size());
  args.push_back(nullptr);
  benchmark::Initialize(&count, args.data());
  if (benchmark::ReportUnrecognizedArguments(count, args.data()))
    throw std::invalid_argument("see --help");
  add_steps_and_runs();
  add_features();
  add_blocking();
  add_durable();
  add_recovery(sizes);
  add_remote();
  add_memory();
  if (benchmark::RunSpecifiedBenchmarks() == 0)
    throw std::invalid_argument("no benchmark was run");
  benchmark::Shutdown();
}

} // namespace

} // namespace lightflow::benchmarks

int main(int argc, char** argv) {
  try {
    lightflow::benchmarks::run(argc, argv);
  } catch (const std::exception& x) {
    fmt::print(stderr, "lightflow_benchmarks: {}\n", x.what());
    return EXIT_FAILURE;
  }
}
