// SPDX-License-Identifier: MIT
#include "definition_fixture.hpp"

#include <memory>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

int called = 0;

/// A step function that tells which one was called.
auto calls(int number) {
  return [number](step&) { called = number; };
}

/// Calls the function of a step.
int call(const std::shared_ptr<const process_plan>& plan,
         std::string_view name) {
  auto index = plan->find(name).value();
  process_run run{std::make_shared<const run_info>(), plan->name};
  step self{run,
            step_view{std::make_shared<const process_context>(
                        plan, std::make_shared<const writes>()),
                      index},
            {}};
  called = 0;
  (void)plan->steps[index].function(self);
  return called;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(merge_tests, definition_fixture)

BOOST_AUTO_TEST_CASE(merge_adds_steps_with_all_they_have) {
  auto& other = catalog.flow("other").process("other");
  other.step("a", first);
  other.step("b", first, "a").restrict("key", "a").retry(3).gt("key", 1);
  process.merge("other");
  CHECK_AFTER("b", "a");
  auto plan = catalog.plan("flow")->processes[0];
  BOOST_TEST(plan->steps[1].retry.retries == 3U);
  BOOST_TEST(plan->steps[1].restrictions.size() == 1U);
  BOOST_TEST(plan->steps[1].conditions.size() == 1U);
  BOOST_TEST(catalog.plan("other")->processes[0]->steps.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_step_that_both_have_keeps_its_function_and_gains_rest) {
  auto& other = catalog.flow("other").process("other");
  other.step("x", first);
  other.step("y", first);
  other.step("both", calls(2), "x", "y")
    .restrict({{"k", "x"}, {"l", "x"}})
    .eq("c", 1);
  process.step("own", first);
  process.step("both", calls(1), "own").restrict("k", "own").eq("d", 1);
  process.merge("other");
  CHECK_AFTER("both", "own", "x", "y");
  auto plan = catalog.plan("flow")->processes[0];
  auto& both = plan->steps[plan->find("both").value()];
  BOOST_TEST(both.conditions.size() == 2U);
  BOOST_REQUIRE(both.restrictions.size() == 2U);
  BOOST_TEST(both.restrictions[0].second == plan->find("own").value());
  BOOST_TEST(both.restrictions[1].second == plan->find("x").value());
  BOOST_TEST(call(plan, "both") == 1);
}

BOOST_AUTO_TEST_CASE(a_merged_in_step_may_be_defined_once_more) {
  auto& other = catalog.flow("other").process("other");
  other.follow(lightflow::named("a", calls(2)),
               lightflow::named("b", calls(2)));
  process.step("own", first);
  process.merge("other");
  process.step("b", calls(3), "own");
  CHECK_DEFECT(process.step("b", calls(4)), "\"b\"", "already");
  // A failure gives the merged-in function back.
  BOOST_CHECK_THROW(process.step("a", calls(5), "b"), definition_error);
  process.step("a", calls(6), "own");
  CHECK_AFTER("b", "a", "own");
  auto plan = catalog.plan("flow")->processes[0];
  BOOST_TEST(call(plan, "b") == 3);
  BOOST_TEST(call(plan, "a") == 6);
}

BOOST_AUTO_TEST_CASE(a_merged_in_step_keeps_its_function_if_it_cannot_be_last) {
  auto& other = catalog.flow_with_process("other");
  other.step("x", first);
  other.step("y", second, "x");
  process.merge("other");
  BOOST_CHECK_THROW(process.sync_all("x", third), definition_error);
  BOOST_CHECK_THROW(process.step("y").same("x", third), definition_error);
  process.step("x", third); // it was not defined once more yet
}

BOOST_AUTO_TEST_CASE(several_processes_can_be_merged) {
  catalog.flow("one").process("one").follow<first, second>();
  catalog.flow("two").process("two").follow<second, third>();
  process.merge("one").merge("two");
  CHECK_AFTER("second", "first");
  CHECK_AFTER("third", "second");
}

BOOST_AUTO_TEST_CASE(a_merge_that_closes_a_cycle_changes_nothing) {
  catalog.flow("other").process("other").follow<third, fourth, first>();
  process.follow<first, second, third>();
  CHECK_DEFECT(process.merge("other"), "\"first\"", "cycle");
  BOOST_TEST(process.size() == 3U);
  CHECK_AFTER("first");
}

BOOST_AUTO_TEST_CASE(only_other_known_processes_can_be_merged) {
  CHECK_DEFECT(process.merge("nobody"), "\"flow\"", "\"nobody\"");
  CHECK_DEFECT(process.merge("flow"), "itself");
}

BOOST_AUTO_TEST_CASE(what_is_merged_comes_between_the_flow_and_the_defaults) {
  using namespace std::chrono_literals;
  auto& other_flow = catalog.flow("other");
  other_flow.retry(9);
  auto& other = other_flow.process("other");
  other.process_timeout(9s);
  other.step("a", first).step_timeout(1s).retry(1);
  other.step("b", first).step_timeout(2s);
  catalog.defaults().step_timeout(8s).retry(8);
  auto& target = catalog.flow("target");
  target.step_timeout(3s);
  auto& merging = target.process("merging").merge("other");
  merging.step("b").retry(5);
  auto plan = catalog.plan("target")->processes[0];
  BOOST_TEST((plan->steps[0].timeout == 3s));     // of the flow
  BOOST_TEST(plan->steps[0].retry.retries == 1U); // of the merged step
  BOOST_TEST(plan->steps[1].retry.retries == 5U); // of the step
  BOOST_TEST((plan->timeout == 3h));              // not of the merged process
}

BOOST_AUTO_TEST_SUITE_END()
