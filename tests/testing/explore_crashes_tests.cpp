// SPDX-License-Identifier: MIT
#include "lightflow/testing.hpp"

#include "../support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace lightflow;
using namespace lightflow::testing;
using namespace std::chrono_literals;

namespace {

void define_sum(catalog& x) {
  auto& process = x.flow("sum").recoverable().process("one");
  process.step("a", [](step& self) {
    self.set("seen", *self.get<int>("input"));
    return 1;
  });
  process.step("b", [](step&) { return 2; });
  process
    .step(
      "c",
      [](step& self) -> result<int> {
        if (self.attempt() == 1)
          return fail("not yet");
        return *self.result<int>("a") + *self.result<int>("b");
      },
      "a", "b")
    .retry(3, 1h);
}

/// What a step does twice as a whole if the program crashes before it is
/// recorded.
struct account {
  int money = 100;

  definition pay() {
    return [this](catalog& x) {
      x.flow("pay").recoverable().process("one").step(
        "withdraw", [this](step&) { return money -= 10; });
    };
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(explore_crashes_tests)

BOOST_AUTO_TEST_CASE(a_flow_that_is_safe_to_repeat_passes) {
  std::size_t checked = 0;
  exploration_options options;
  options.keys = {"seen"};
  auto explored = explore_crashes(
    define_sum, "sum", {{"input", 7}},
    [&](const run_report& report, const simulation& world) {
      ++checked;
      BOOST_TEST(report.process("one").step("c").result<int>().value() == 3);
      BOOST_TEST(world.calls("one", "c") >= 2);
    },
    options);
  BOOST_TEST(explored.runs > 10);
  BOOST_TEST(explored.crashes == explored.runs);
  BOOST_TEST(checked == explored.runs + 1);
}

BOOST_AUTO_TEST_CASE(a_step_that_is_not_safe_to_repeat_is_found) {
  account of;
  exploration_options options;
  options.reset = [&] { of.money = 100; };
  BOOST_CHECK_EXCEPTION(
    explore_crashes(of.pay(), "pay", {}, {}, options), broken_expectation,
    [](const broken_expectation& e) {
      BOOST_TEST(tests::says({"withdraw returned 90", "withdraw returned 80",
                              "a crash right before commit", "calls"})(e));
      BOOST_TEST(e.trace()
                 == "       0.000 s  program 1 starts\n"
                    "       0.000 s  commit 1: run_begun pay\n"
                    "       0.000 s  commit 2: process_started one\n"
                    "       0.000 s  calls one/withdraw, attempt 1\n"
                    "       0.000 s  commit 3 is lost in a crash: step_started "
                    "one/withdraw attempt 1\n"
                    "       0.000 s  the program is gone\n"
                    "       0.000 s  program 2 starts\n"
                    "       0.000 s  commit 4: run_recovered\n"
                    "       0.000 s  calls one/withdraw, attempt 1\n"
                    "       0.000 s  commit 5: step_started one/withdraw "
                    "attempt 1\n"
                    "       0.000 s  commit 6: step_finished one/withdraw "
                    "attempt 1 success\n"
                    "       0.000 s  commit 7: run is finished\n");
      return true;
    });
}

BOOST_AUTO_TEST_CASE(what_a_check_throws_is_told_with_the_crash_and_the_trace) {
  account of;
  exploration_options options;
  options.reset = [&] { of.money = 100; };
  options.same_outcome = false;
  auto check = [&](auto&, auto&) { expect(of.money == 90, "paid once"); };
  BOOST_CHECK_EXCEPTION(
    explore_crashes(of.pay(), "pay", {}, check, options), broken_expectation,
    tests::says({"paid once", "a crash right before commit", "program 2"}));
}

BOOST_AUTO_TEST_CASE(a_flow_that_writes_nothing_is_refused) {
  auto define = [](catalog& x) {
    x.flow_with_process("brief").step("one", [](step&) {});
  };
  BOOST_CHECK_EXCEPTION(explore_crashes(define, "brief"), broken_expectation,
                        tests::says({"\"brief\"", "recoverable()"}));
}

BOOST_AUTO_TEST_CASE(an_unknown_flow_is_an_error_that_tells_so) {
  BOOST_CHECK_EXCEPTION(explore_crashes(define_sum, "some"), broken_expectation,
                        tests::says({"\"some\""}));
}

BOOST_AUTO_TEST_CASE(a_run_can_be_driven_through_pauses_and_recoveries) {
  exploration_options options;
  options.drive = [](simulation& world, const run_handle& run) {
    run.pause();
    world.advance(2h);
    run.resume();
    auto report = world.finish(run);
    return report.success() ? report : world.finish(run.recover());
  };
  auto explored
    = explore_crashes(define_sum, "sum", {{"input", 7}}, {}, options);
  BOOST_TEST(explored.crashes == explored.runs);
}

BOOST_AUTO_TEST_SUITE_END()
