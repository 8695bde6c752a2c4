// SPDX-License-Identifier: MIT
#include "lightflow/testing.hpp"

#include "../support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <string>
#include <vector>

using namespace lightflow;
using namespace lightflow::testing;
using namespace std::chrono_literals;

namespace {

/// Steps side by side and one after another, all of which may be repeated.
void define_fan(catalog& x) {
  auto& process = x.flow("fan").recoverable().process("one");
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i)
    process
      .step(names.emplace_back("s" + std::to_string(i)),
            [i](step&) { return i; })
      .retry(50);
  process
    .sync_all("sum",
              [names](step& self) {
                int sum = 0;
                for (auto& name : names)
                  sum += *self.result<int>(name);
                return sum;
              })
    .retry(50);
}

std::string trace_of(std::uint64_t seed) {
  std::string result;
  exploration_options options;
  auto check
    = [&](auto&, const simulation& world) { result = world.trace().text(); };
  hazards what;
  what.step_failure = 0.1;
  explore_seeds(define_fan, "fan", {}, check, options, what, {seed, 1});
  return result;
}

/// In which order the steps of a fan are called.
std::string order_of(std::uint64_t seed) {
  simulation_options options;
  options.seed = seed;
  std::string result;
  simulation world{[&](catalog& x) {
                     auto& process = x.flow_with_process("fan");
                     for (std::string name : {"a", "b", "c", "d"})
                       process.step(name, [&, name](step&) { result += name; });
                   },
                   options};
  world.finish(world.start_as("r", "fan"));
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(explore_seeds_tests)

BOOST_AUTO_TEST_CASE(a_flow_that_is_safe_to_repeat_ends_well_whatever_happens) {
  hazards what;
  what.step_failure = 0.1;
  auto explored = explore_seeds(define_fan, "fan", {}, {}, {}, what);
  BOOST_TEST(explored.runs == 100);
  BOOST_TEST(explored.crashes > 10);
}

BOOST_AUTO_TEST_CASE(so_does_one_whose_last_commits_a_loss_of_power_takes) {
  auto define = [](catalog& x) {
    define_fan(x);
    x.defaults().durability(durability::process);
  };
  hazards what;
  what.crash = 0.2;
  auto explored = explore_seeds(define, "fan", {}, {}, {}, what);
  BOOST_TEST(explored.crashes > 10);
}

BOOST_AUTO_TEST_CASE(a_flow_without_a_journal_does_not_pass_untried) {
  auto define
    = [](catalog& x) { x.flow_with_process("plain").step("a", [](step&) {}); };
  BOOST_CHECK_EXCEPTION(
    explore_seeds(define, "plain"), broken_expectation, [](auto& e) {
      return std::string{e.what()}.find("recoverable()") != std::string::npos;
    });
  hazards what;
  what.crash = what.disk_failure = 0;
  BOOST_TEST(explore_seeds(define, "plain", {}, {}, {}, what, {1, 5}).runs
             == 5U);
}

BOOST_AUTO_TEST_CASE(the_same_seed_does_the_same) {
  std::set<std::string> traces;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto first = trace_of(seed);
    BOOST_TEST(first == trace_of(seed));
    traces.insert(first);
  }
  BOOST_TEST(traces.size() == 20);
}

BOOST_AUTO_TEST_CASE(a_seed_decides_the_order) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    orders.insert(order_of(seed));
  BOOST_TEST(orders.size() > 5);
}

BOOST_AUTO_TEST_CASE(a_step_that_is_named_fails_and_the_seed_is_told) {
  auto define = [](catalog& x) {
    auto& process = x.flow("pair").recoverable().process("one");
    process.step("good", [](step&) {});
    process.step("bad", [](step&) {});
  };
  hazards what;
  what.step_failures = {{"one/bad", 1.0}};
  BOOST_CHECK_EXCEPTION(
    explore_seeds(define, "pair", {}, {}, {}, what, {7, 1}), broken_expectation,
    tests::says({"seed 7", "one/bad is made to fail before its function",
                 "one/bad: failed|error"}));
}

BOOST_AUTO_TEST_SUITE_END()
