// SPDX-License-Identifier: MIT
#include "fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// A flow whose first step lasts for a second, of waiting for its retry.
struct control_fixture : deterministic_fixture {
  control_fixture() {
    auto& first = catalog.flow("flow").process("one");
    first.step("slow", lasts_a_second).retry(1, 1s);
    first.step(
      "next", [this](step&) { ++next_steps; }, "slow");
    auto& second = catalog.flow("pair").process("left");
    second.step("slow", lasts_a_second).retry(1, 1s);
    second.step(
      "next", [this](step&) { ++next_steps; }, "slow");
  }

  static result<> lasts_a_second(step& s) {
    return s.attempt() == 1 ? result<>{fail("not yet")} : result<>{};
  }

  int next_steps = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_tests, control_fixture)

BOOST_AUTO_TEST_CASE(no_step_starts_while_a_run_is_paused) {
  auto run = start("flow");
  BOOST_TEST(run.pause());
  BOOST_TEST(run.look().has(status::paused, status::pending));
  BOOST_TEST(run.look().process("one").has(status::paused));
  advance(1h, 1min);
  BOOST_TEST(!run.has_ended());
  BOOST_TEST(next_steps == 0);
  BOOST_TEST(run.resume());
  run_all();
  BOOST_TEST(run.wait().success());
  BOOST_TEST(!run.wait().has(status::paused));
  BOOST_TEST(next_steps == 1);
}

BOOST_AUTO_TEST_CASE(one_process_can_be_paused) {
  catalog.flow("two").process("a").step("slow", lasts_a_second).retry(1, 1s);
  auto run = start("two");
  BOOST_TEST(run.pause("a"));
  BOOST_TEST(run.look().process("a").has(status::paused));
  BOOST_TEST(!run.look().has(status::paused));
  advance(1h, 1min);
  BOOST_TEST(!run.has_ended());
  BOOST_TEST(run.resume("a"));
  run_all();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(an_unknown_process_is_told) {
  auto run = start("flow");
  BOOST_CHECK_EXCEPTION(run.pause("none"), error, says({"none", "flow"}));
  BOOST_CHECK_EXCEPTION(run.stop("none"), error, says({"none", "flow"}));
}

BOOST_AUTO_TEST_CASE(a_stopped_run_fails_and_starts_nothing) {
  auto run = start("flow");
  BOOST_TEST(run.stop());
  run_all();
  BOOST_REQUIRE(run.has_ended());
  auto report = run.wait();
  BOOST_TEST(report.has(status::stopped, status::failed));
  BOOST_TEST(report.process("one").has(status::stopped));
  BOOST_TEST(report.process("one").step("slow").state() == status::stopped);
  BOOST_TEST(report.process("one").step("next").state() == status::cancelled);
  BOOST_TEST(next_steps == 0);
}

BOOST_AUTO_TEST_CASE(a_paused_run_can_be_stopped) {
  auto run = start("flow");
  run.pause();
  BOOST_TEST(run.stop());
  run_all();
  BOOST_TEST(run.wait().has(status::stopped));
}

BOOST_AUTO_TEST_CASE(controls_of_an_ended_run_say_that_it_has_ended) {
  auto run = start("flow");
  advance(2s, 100ms);
  BOOST_REQUIRE(run.has_ended());
  BOOST_TEST(!run.pause());
  BOOST_TEST(!run.resume());
  BOOST_TEST(!run.stop());
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(destroying_the_engine_ends_a_paused_run) {
  auto run = start("flow");
  run.pause();
  destroy_engine();
  BOOST_CHECK_THROW(run.wait(), error);
}

BOOST_AUTO_TEST_SUITE_END()
