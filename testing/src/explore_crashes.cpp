// SPDX-License-Identifier: MIT
#include "lightflow/testing/exploration.hpp"

#include "lightflow/testing/expectation.hpp"

#include "explorer.hpp"

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

void try_crash(explorer& x, const exploration_options& options,
               std::size_t commit, commit_fate fate) {
  auto moment = fate == commit_fate::crash_before ? "before" : "after";
  x.run_with({fmt::format("a crash right {} commit {}", moment, commit),
              options.world, [=](simulation&, std::size_t number) {
                return number == commit ? fate : commit_fate::written;
              }});
}

} // namespace

exploration explore_crashes(const definition& define, std::string_view flow,
                            const inputs& input, const outcome_check& check,
                            const exploration_options& options) {
  explorer result{define, flow, input, check, options};
  auto commits = result.run_undisturbed();
  if (commits == 0)
    throw broken_expectation(fmt::format(
      R"(a run of flow "{}" writes nothing to the journal, so that )"
      "there is nothing to go on with after a crash: make it "
      "recoverable()",
      flow));
  for (std::size_t n = 1; n <= commits; ++n)
    for (auto fate : {commit_fate::crash_before, commit_fate::crash_after})
      try_crash(result, options, n, fate);
  return result.explored();
}

} // namespace lightflow::testing
