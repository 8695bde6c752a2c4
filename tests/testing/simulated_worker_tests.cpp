// SPDX-License-Identifier: MIT
#include "lightflow/testing.hpp"

#include "../support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

using namespace lightflow;
using namespace lightflow::testing;
using namespace std::chrono_literals;

namespace {

/// Steps on workers, with one at the engine before and after them.
void define_remote(catalog& x) {
  auto& process = x.flow("remote").recoverable().process("one");
  process.step("first", [](step&) { return 1; });
  for (std::string name : {"a", "b", "c"})
    process
      .step(
        name, [](step& self) { return 1 + *self.result<int>("first"); },
        "first")
      .on("gpu");
  process.sync_all("sum", [](step& self) {
    return *self.result<int>("a") + *self.result<int>("b")
           + *self.result<int>("c");
  });
}

simulation_options with_workers() {
  simulation_options result;
  result.workers
    = {{.engine = {}, .labels = {"gpu"}, .name = "w1", .slots = 1},
       {.engine = {}, .labels = {"gpu"}, .name = "w2", .slots = 2}};
  return result;
}

bool has(const simulation& world, const std::string& words) {
  return world.trace().text().find(words) != std::string::npos;
}

std::string trace_of(std::uint64_t seed) {
  std::string result;
  exploration_options options;
  options.world = with_workers();
  auto check
    = [&](auto&, const simulation& world) { result = world.trace().text(); };
  explore_seeds(define_remote, "remote", {}, check, options, {}, {seed, 1});
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulated_worker_tests)

BOOST_AUTO_TEST_CASE(steps_run_on_workers) {
  simulation world{define_remote, with_workers()};
  auto report = world.finish(world.start_as("r", "remote"));
  BOOST_TEST(report.success());
  BOOST_TEST(report.process("one").step("sum").result<int>().value() == 6);
  BOOST_TEST(world.calls("one", "a") == 1);
  BOOST_TEST(has(world, "worker w1 calls one/"));
  BOOST_TEST(has(world, "worker w2 calls one/"));
}

BOOST_AUTO_TEST_CASE(a_step_of_a_worker_that_is_killed_goes_to_another) {
  std::optional<simulation> world;
  world.emplace(
    [&](catalog& x) {
      x.flow("slow")
        .recoverable()
        .process("one")
        .step("step",
              [&](step& self) {
                if (world->calls("one", "step") == 1)
                  world->advance(1h);
                return self.attempt();
              })
        .on("gpu");
    },
    simulation_options{});
  world->start_worker({.engine = {}, .labels = {"gpu"}, .name = "first"});
  world->later(10min, [&] {
    world->kill_worker("first");
    world->start_worker({.engine = {}, .labels = {"gpu"}, .name = "second"});
  });
  auto report = world->finish(world->start_as("r", "slow"));
  BOOST_TEST(report.success());
  BOOST_TEST(has(*world, "worker second calls one/step, attempt 2"));
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_told_to_stop_takes_nothing_new) {
  simulation world{define_remote, with_workers()};
  world.engine();
  world.advance(1s);
  world.stop_worker("w2");
  BOOST_TEST(world.finish(world.start_as("r", "remote")).success());
  BOOST_TEST(!has(world, "worker w2 calls"));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_cut_is_noticed_and_made_again) {
  auto options = with_workers();
  int assignments = 0;
  options.network = [&](auto, auto message) {
    message_fate result;
    result.is_lost = message == "step_assignment" && ++assignments == 2;
    return result;
  };
  simulation world{define_remote, options};
  auto report = world.finish(world.start_as("r", "remote"));
  BOOST_TEST(report.success());
  BOOST_TEST((world.now() >= 10s)); // the engine is that patient
  BOOST_TEST((world.now() < 15s));
}

BOOST_AUTO_TEST_CASE(what_comes_late_or_twice_changes_nothing) {
  auto options = with_workers();
  options.network
    = [](auto, auto) { return message_fate{.delay = 1s, .is_doubled = true}; };
  simulation world{define_remote, options};
  auto report = world.finish(world.start_as("r", "remote"));
  BOOST_TEST(report.success());
  BOOST_TEST(report.process("one").step("sum").result<int>().value() == 6);
  BOOST_TEST(!has(world, "attempt 2"));
  BOOST_TEST((world.now() >= 3s));
}

BOOST_AUTO_TEST_CASE(workers_find_a_program_that_starts_again) {
  simulation world{define_remote, with_workers()};
  world.engine();
  world.advance(1s);
  world.crash();
  world.advance(1min);
  BOOST_TEST(world.finish(world.start_as("r", "remote")).success());
}

BOOST_AUTO_TEST_CASE(crashes_everywhere_do_not_matter) {
  exploration_options options;
  options.world = with_workers();
  auto explored = explore_crashes(define_remote, "remote", {}, {}, options);
  BOOST_TEST(explored.crashes > 20);
}

BOOST_AUTO_TEST_CASE(whatever_happens_to_workers_and_messages_the_end_is_one) {
  exploration_options options;
  options.world = with_workers();
  hazards what;
  what.worker_crash = 0.1;
  what.message_loss = 0.1;
  what.message_doubling = 0.2;
  what.message_delay = 0.3;
  auto explored = explore_seeds(define_remote, "remote", {}, {}, options, what);
  BOOST_TEST(explored.runs == 100);
}

BOOST_AUTO_TEST_CASE(the_same_seed_does_the_same_with_workers) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    BOOST_TEST(trace_of(seed) == trace_of(seed));
}

BOOST_AUTO_TEST_CASE(a_worker_needs_a_name_of_its_own) {
  simulation world{define_remote, with_workers()};
  BOOST_CHECK_EXCEPTION(
    world.start_worker({.engine = {}, .labels = {"gpu"}, .name = "w1"}),
    std::invalid_argument, tests::says({"w1", "already"}));
  BOOST_CHECK_EXCEPTION(world.kill_worker("w3"), std::invalid_argument,
                        tests::says({"w3"}));
}

BOOST_AUTO_TEST_SUITE_END()
