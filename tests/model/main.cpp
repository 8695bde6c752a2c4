// SPDX-License-Identifier: MIT
// Runs random flows in random worlds and compares what comes of them with a
// reference model:
//
//     model_test [COUNT [FIRST]]
//
// tries the seeds FIRST (1), FIRST + 1, ... A seed that fails is told, with
// what happened, and can be tried again: `model_test 1 SEED`.
#include "trial.hpp"

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>

namespace {

bool passes(std::uint64_t seed, lightflow::tests::trial_counts& counts) {
  try {
    lightflow::tests::trial{seed}.run(counts);
    return true;
  } catch (const std::exception& e) {
    fmt::print("{}\n", e.what());
    return false;
  }
}

void tell(std::uint64_t flows, const lightflow::tests::trial_counts& counts) {
  fmt::print("{} random flows with {} crashes, {} recoveries and {} looks in "
             "between: all as they should be, {} of them in every detail\n",
             flows, counts.crashes, counts.recoveries, counts.looks,
             counts.exact);
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
  auto count = argc > 1 ? std::stoull(argv[1]) : 1000;
  auto first = argc > 2 ? std::stoull(argv[2]) : 1;
  constexpr std::uint64_t patience = 5000; // flows between two lines
  lightflow::tests::trial_counts counts;
  for (std::uint64_t done = 0; done < count;) {
    if (!passes(first + done, counts))
      return 1;
    if (++done % patience == 0 || done == count)
      tell(done, counts);
  }
}
