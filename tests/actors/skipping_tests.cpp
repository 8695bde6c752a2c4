// SPDX-License-Identifier: MIT
#include "callback_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(skipping_tests, callback_fixture)

BOOST_AUTO_TEST_CASE(skipping_with_dependents_spares_the_named) {
  process.step("step", noting("ran")).eq("key", 1).skip_with_dependents("kept");
  process.step("next", noting("next"), "step");
  process.step("far", noting("far"), "next");
  process.step("beside", noting("beside"));
  process.step("joins", noting("joins"), "far", "beside");
  process.step("kept", noting("kept"), "next", "beside");
  process.step("after_kept", noting("after kept"), "kept");
  auto report = run();
  CHECK_HAPPENED("beside", "kept", "after kept");
  BOOST_TEST(report.success());
  for (auto name : {"step", "next", "far", "joins"})
    BOOST_TEST(report.process("process").step(name).state() == status::skipped);
}

BOOST_AUTO_TEST_CASE(a_condition_reads_what_ancestors_set) {
  process.step("measure", [](step& s) { s.set("temperature", 31.5); });
  process.step("hot", noting("hot"), "measure").gt("temperature", 30);
  process.step("cold", noting("cold"), "measure").lte("temperature", 30);
  process.step("unrelated", noting("unrelated")).gt("temperature", 30);
  run();
  CHECK_HAPPENED("hot");
}

BOOST_AUTO_TEST_SUITE_END()
