// SPDX-License-Identifier: MIT
#include "explorer.hpp"

#include "lightflow/testing/expectation.hpp"

#include "outcome.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

using namespace std::chrono_literals;

/// Of a run; more is a run that gets nowhere.
constexpr std::size_t most_crashes = 1000;

} // namespace

std::size_t explorer::run_undisturbed() {
  std::size_t commits = 0;
  run_with({"nothing going wrong", options_.world,
            [&](simulation&, std::size_t number) {
              commits = number;
              return commit_fate::written;
            }});
  explored_ = {};
  return commits;
}

void explorer::run_with(const disturbance& x) {
  if (options_.reset)
    options_.reset();
  std::optional<simulation> world;
  auto options = x.world;
  if (x.judge)
    options.network = [&](std::string_view worker, std::string_view message) {
      return x.judge(*world, worker, message);
    };
  world.emplace(define_, std::move(options));
  world->disk().decide = [&](std::size_t number, const journal_batch&) {
    return x.decide(*world, number);
  };
  try {
    check(run_through(*world, x), *world);
  } catch (const std::exception& e) {
    throw broken_expectation(e.what(), x.words, world->trace().text());
  }
  ++explored_.runs;
}

/// Until the run has ended, whatever crashes come.
run_report explorer::run_through(simulation& world, const disturbance& x) {
  for (std::size_t i = 0; i <= most_crashes; ++i) {
    try {
      return go_on(world);
    } catch (const program_crashed&) {
      world.crash(x.loss ? x.loss(world.disk().unsynced()) : 0);
      ++explored_.crashes;
    }
  }
  throw broken_expectation(
    fmt::format("the run had not ended after {} crashes", most_crashes));
}

/// While the journal cannot be written no run can start, which is tried again.
run_report explorer::go_on(simulation& world) const {
  while (true) {
    try {
      auto run = world.start_as("run", flow_, input_);
      return options_.drive ? options_.drive(world, run) : world.finish(run);
    } catch (const error& e) {
      if (e.code() != error_code::journal_failed
          || world.now() > options_.world.patience)
        throw;
      world.advance(1s);
    }
  }
}

void explorer::check(const run_report& report, const simulation& world) {
  for (auto& id : world.repeated())
    throw broken_expectation(fmt::format(
      R"(step "{}" ran again although it was recorded that it succeeded)", id));
  auto outcome = describe_outcome(report, options_.keys);
  if (expected_.empty())
    expected_ = outcome; // of the first run, in which nothing goes wrong
  if (options_.same_outcome && outcome != expected_)
    throw broken_expectation(
      fmt::format("the run ended otherwise than undisturbed\nexpected:\n{}"
                  "but it ended so:\n{}errors:\n{}",
                  expected_, outcome, report.errors()));
  if (check_)
    check_(report, world);
}

} // namespace lightflow::testing
