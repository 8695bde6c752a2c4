// SPDX-License-Identifier: MIT
#include "fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(engine_tests, deterministic_fixture)

BOOST_AUTO_TEST_CASE(run_gives_the_report_of_an_ended_run) {
  auto& process = catalog.flow_with_process("flow");
  process.step("answer", [](step&) { return 42; });
  auto run = engine().run("flow");
  BOOST_TEST(run.success());
  BOOST_TEST(run.has_ended());
  BOOST_TEST(run.name() == "flow");
  auto step = run.process("flow").step("answer");
  BOOST_TEST(step.state() == status::success);
  BOOST_TEST(step.result<int>().value() == 42);
}

BOOST_AUTO_TEST_SUITE_END()
