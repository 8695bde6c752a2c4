// SPDX-License-Identifier: MIT
// Counts the primes below a hundred million on as many workers as there are:
//
//     cluster engine PORT DIRECTORY
//     cluster worker PORT NAME
//
// Start one engine and some workers, in any order. Kill what you like, with
// kill -9, and start it again: the count is always 5761455.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace lf = lightflow;

constexpr std::uint32_t ranges = 5'000;
constexpr std::uint32_t range_size = 20'000;

/// The primes in a range, by crossing out multiples of all small numbers.
int count_primes(std::uint32_t begin) {
  std::vector<bool> is_composite(range_size);
  auto end = begin + range_size;
  for (std::uint32_t x = 2; x * x < end; ++x)
    for (auto y = std::max(x * x, (begin + x - 1) / x * x); y < end; y += x)
      is_composite[y - begin] = true;
  int result = 0;
  for (auto y = std::max(begin, 2U); y < end; ++y)
    result += is_composite[y - begin] ? 0 : 1;
  return result;
}

std::string range_name(std::uint32_t i) {
  return fmt::format("range-{}", i);
}

/// The same in the engine and in all workers.
void define(lf::catalog& catalog) {
  auto& process = catalog.flow_with_process("primes");
  for (std::uint32_t i = 0; i < ranges; ++i)
    process
      .step(range_name(i),
            [i](lf::step& step) {
              fmt::print("{}\n", step.name());
              return count_primes(i * range_size);
            })
      .on("arithmetic");
  process.sync_all("sum", [](lf::step& step) {
    int result = 0;
    for (std::uint32_t i = 0; i < ranges; ++i)
      result += *step.result<int>(range_name(i));
    return result;
  });
  catalog.defaults().recoverable();
}

int run_engine(std::uint16_t port, const char* directory) {
  lf::catalog catalog;
  define(catalog);
  lf::engine_options options;
  options.journal = lf::open_journal(directory);
  options.network = lf::network_options{}; // plain, so on this machine only
  lf::engine engine{catalog, options};
  fmt::print("listens at port {}\n", engine.listen({"localhost", port}));

  auto report = engine.start_as("primes-below-100-million", "primes").wait();
  if (!report.success()) {
    fmt::print(stderr, "{}\n", report.errors());
    return 1;
  }
  fmt::print("{} primes\n",
             *report.process("primes").step("sum").result<int>());
  return 0;
}

int run_worker(std::uint16_t port, const char* name) {
  lf::catalog catalog;
  define(catalog);
  lf::worker worker{catalog, {{"localhost", port}, {"arithmetic"}, name}};
  lf::stop_on_signals signals{worker};
  worker.run(); // until a signal comes
  return 0;
}

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0); // what was printed is out
  std::string_view role = argc == 4 ? argv[1] : "";
  auto port = static_cast<std::uint16_t>(argc == 4 ? std::atoi(argv[2]) : 0);
  if (role == "engine")
    return run_engine(port, argv[3]);
  if (role == "worker")
    return run_worker(port, argv[3]);
  fmt::print(stderr, "usage: cluster engine PORT DIRECTORY\n"
                     "       cluster worker PORT NAME\n");
  return 1;
}
