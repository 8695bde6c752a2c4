// SPDX-License-Identifier: MIT
// A run that survives its program. The first start kills itself in the middle
// of a step, the second one goes on from there:
//
//     crash_and_resume DIRECTORY
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <vector>

namespace fs = std::filesystem;
namespace lf = lightflow;

using numbers = std::vector<int>;

bool is_first_start = true;

void tell(const lf::step& step) {
  fmt::print("[start {}] {}\n", is_first_start ? 1 : 2, step.name());
}

numbers extract(lf::step& step) {
  tell(step);
  return {3, 4, 5};
}

numbers transform(lf::step& step) {
  tell(step);
  auto result = *step.result<extract, numbers>();
  for (auto& x : result)
    x *= x;
  if (is_first_start)
    std::raise(SIGKILL); // nothing can catch this: the program is gone
  return result;
}

int load(lf::step& step) {
  tell(step);
  auto rows = *step.result<transform, numbers>();
  return std::accumulate(rows.begin(), rows.end(), 0);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: crash_and_resume DIRECTORY\n");
    return 1;
  }
  fs::path directory = argv[1];
  is_first_start = !fs::exists(directory);
  std::setvbuf(stdout, nullptr, _IOLBF, 0); // what was printed is out

  lf::catalog catalog;
  auto& flow = catalog.flow("import").recoverable();
  flow.process("orders").follow<extract, transform, load>();

  lf::engine_options options;
  options.journal = lf::open_journal(directory);
  lf::engine engine{catalog, options}; // runs that were under way go on

  // Starts the run, or gives the one that has this id.
  auto report = engine.start_as("orders-of-may", "import").wait();
  if (!report.success()) {
    fmt::print(stderr, "{}\n", report.errors());
    return 1;
  }
  auto total = report.process("orders").step("load").result<int>();
  fmt::print("{} ended well, with {}\n", report.id(), *total);
  return 0;
}
