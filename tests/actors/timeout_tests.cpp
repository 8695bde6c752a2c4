// SPDX-License-Identifier: MIT
#include "fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

// A function that blocks would block the only thread here, so that "takes too
// long" is played by waits for retries, and by holding back the step's actor.
// Functions that do run too long are in thread_tests.

BOOST_FIXTURE_TEST_SUITE(timeout_tests, deterministic_fixture)

BOOST_AUTO_TEST_CASE(a_step_times_out_while_it_waits_for_a_retry) {
  auto& process = catalog.flow_with_process("flow");
  process.step("fails", [](step&) { return fail("no"); })
    .retry(1, 1h)
    .step_timeout(10s);
  process.step(
    "next", [](step&) {}, "fails");
  process.step("other", [](step&) {});
  auto run = start("flow");
  advance(9s, 100ms);
  BOOST_TEST(!run.has_ended());
  advance(2s, 100ms);
  BOOST_REQUIRE(run.has_ended());
  auto report = run.wait().process("flow");
  BOOST_TEST(report.step("fails").state() == status::timed_out);
  BOOST_TEST(report.step("next").state() == status::cancelled);
  BOOST_TEST(report.step("other").state() == status::success);
  BOOST_TEST(report.step("fails").error().find("timed out after 10s")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_process_times_out_and_cancels_what_has_not_started) {
  auto& process
    = catalog.flow_with_process("flow").process_timeout(10s).parallelism(1);
  process.step("fails", [](step&) { return fail("no"); }).retry(1, 1h);
  process.step(
    "next", [](step&) {}, "fails");
  process.step("other", [](step&) {});
  auto run = start("flow");
  advance(11s, 100ms);
  BOOST_REQUIRE(run.has_ended());
  auto report = run.wait().process("flow");
  BOOST_TEST(report.has(status::timed_out));
  BOOST_TEST(report.has(status::failed));
  BOOST_TEST(report.step("fails").state() == status::cancelled);
  BOOST_TEST(report.step("next").state() == status::cancelled);
  BOOST_TEST(report.step("other").state() == status::success);
  BOOST_TEST(run.wait().has(status::failed));
}

BOOST_AUTO_TEST_CASE(the_default_timeout_is_three_hours) {
  auto& process = catalog.flow_with_process("flow");
  process.step("fails", [](step&) { return fail("no"); }).retry(1, 24h);
  auto run = start("flow");
  advance(3h - 1min, 20s);
  BOOST_TEST(!run.has_ended());
  advance(2min, 20s);
  BOOST_TEST(run.has_ended());
}

BOOST_AUTO_TEST_CASE(a_negative_timeout_means_none) {
  catalog.defaults().process_timeout(-1s).step_timeout(-1s);
  auto& process = catalog.flow_with_process("flow");
  process
    .step("late",
          [](step& s) {
            return s.attempt() == 1 ? result<>{fail("no")} : result<>{};
          })
    .retry(1, 24h);
  auto run = start("flow");
  advance(24h + 1min, 20s);
  BOOST_REQUIRE(run.has_ended());
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(a_timer_of_an_ended_step_does_nothing) {
  auto& process = catalog.flow_with_process("flow");
  process.step("quick", [](step&) {}).step_timeout(1s);
  process
    .step("waits",
          [](step& s) {
            return s.attempt() == 1 ? result<>{fail("no")} : result<>{};
          })
    .retry(1, 5s);
  auto run = start("flow");
  advance(6s, 100ms);
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_SUITE_END()
