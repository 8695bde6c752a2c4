// SPDX-License-Identifier: MIT
#include "../support/samples.hpp"

#include "callback_fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(step_callback_tests, callback_fixture)

// -- before a step ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_must_callback_before_a_step_keeps_it_from_running) {
  for (bool throws : {false, true}) {
    auto name = throws ? "throws" : "fails";
    auto& p = catalog.flow_with_process(name);
    p.step("first", noting("first"));
    p.step("step", noting("ran"), "first");
    p.step("next", noting("next ran"), "step");
    p.step("beside", noting("beside"), "first");
    p.before_step(must,
                  [&](step& s) -> result<> {
                    if (throws)
                      throw std::runtime_error("no");
                    s.set("key", 1);
                    return fail("no");
                  })
      .only_for("step");
    p.before_step(must, note("not reached")).only_for("step");
    p.after_step(note("after"));
    auto report = engine().run(name);
    CHECK_HAPPENED("first", "after first", "beside", "after beside");
    happened.clear();
    auto one = report.process(name).step("step");
    BOOST_TEST(one.state() == (status::cancelled | status::callback_failed));
    BOOST_TEST(one.error().find("did not run: callback 1 of the process that "
                                "runs before it")
                 != std::string::npos,
               one.error());
    BOOST_TEST(report.process(name).step("next").state() == status::cancelled);
    BOOST_TEST(!report.success());
    BOOST_TEST(report.has_any(status::callback_failed));
  }
}

BOOST_AUTO_TEST_CASE(a_callback_that_need_not_succeed_only_ends_its_chain) {
  flow.before_step(fail_after("flow 1"));
  flow.before_step(note("flow 2"));
  process.before_step(note("process 1"));
  process.step("step", noting("step"));
  BOOST_TEST(run().success());
  CHECK_HAPPENED("flow 1 step", "process 1 step", "step");
  BOOST_TEST(engine().event_counts().handled == 1U);
}

BOOST_AUTO_TEST_CASE(callbacks_before_a_step_run_once_for_all_attempts) {
  process.before_step(note("before"));
  process.after_step(note("after"));
  process
    .step("step",
          [this](step& s) -> result<> {
            happened.push_back("attempt");
            return s.attempt() < 3 ? result<>{fail("again")} : result<>{};
          })
    .retry(5);
  BOOST_TEST(run().success());
  CHECK_HAPPENED("before step", "attempt", "attempt", "attempt", "after step");
}

BOOST_AUTO_TEST_CASE(what_a_callback_sets_is_of_the_level_of_its_unit) {
  flow.before_flow([](auto& f) { f.set("flow", 1); });
  process.before_process([](auto& p) {
    BOOST_TEST(p.template get<int>("flow").value() == 1);
    p.set("process", 2);
  });
  process.before_step([](step& s) { s.set("before", 3); });
  process.step("step", [](step& s) {
    BOOST_TEST(s.get<int>("flow").value() == 1);
    BOOST_TEST(s.get<int>("process").value() == 2);
    BOOST_TEST(s.get<int>("before").value() == 3);
    s.set("step", 4);
  });
  process.after_step(
    [](step& s) { s.set("after", s.get<int>("step").value()); });
  process.step(
    "next", [](step& s) { BOOST_TEST(s.get<int>("after").value() == 4); },
    "step");
  process.after_process([](auto& p) {
    BOOST_TEST((p.template get_by_step<int>("step", "after").value() == 4));
    BOOST_TEST(!(p.template get_by_step<int>("next", "before2")));
    BOOST_CHECK_THROW((p.template get_by_step<int>("nobody", "x")), error);
    p.set("concluded", 5);
  });
  flow.after_flow([](auto& f) {
    BOOST_TEST(!f.has_key("process"));
    f.set("done", 6);
  });
  auto report = run();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(report.get<int>("flow").value() == 1);
  BOOST_TEST(report.get<int>("done").value() == 6);
  BOOST_TEST(!report.get<int>("process"));
  BOOST_TEST(report.process("process").get<int>("concluded").value() == 5);
}

// -- after a step -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_must_callback_after_a_step_fails_it) {
  process.step("step", [](step&) { return 7; });
  process.step("next", noting("next ran"), "step");
  flow.after_step(must, [this](step& s) -> result<> {
    happened.push_back("saw " + std::to_string(*s.returned<int>()));
    return fail("bad result");
  });
  process.after_step(note("not reached"));
  auto report = run();
  CHECK_HAPPENED("saw 7");
  auto one = report.process("process").step("step");
  BOOST_TEST(one.state() == status::callback_failed);
  BOOST_TEST(one.error().find("bad result") != std::string::npos);
  BOOST_TEST(report.process("process").step("next").state()
             == status::cancelled);
}

BOOST_AUTO_TEST_CASE(errors_of_a_step_and_its_callback_add_up) {
  process.step("step", [](step&) { return fail("first"); });
  process.after_step(must, [](step&) { return fail("second"); });
  auto report = run();
  auto one = report.process("process").step("step");
  BOOST_TEST(one.state() == (status::error | status::callback_failed));
  BOOST_TEST(
    one.error()
    == R"(step "step" (id r1/process/step, attempt 1) failed: first; )"
       R"(step "step" (id r1/process/step): callback 1 of the process )"
       "that runs after it failed: second");
}

BOOST_AUTO_TEST_CASE(callbacks_run_after_a_step_that_timed_out) {
  process.step("slow", [](step&) -> result<> { return fail("again"); })
    .retry({.retries = 5, .initial = 1h})
    .step_timeout(1s);
  process.step("next", noting("next ran"), "slow");
  process.after_step(must, [this](step& s) -> result<> {
    happened.push_back(to_string(s.state()));
    return fail("and that");
  });
  auto handle = engine().start_as("r1", "flow");
  run_all();
  advance(2s, 100ms);
  auto report = handle.wait();
  CHECK_HAPPENED("failed|timed_out");
  auto one = report.process("process").step("slow");
  BOOST_TEST(one.state() == (status::timed_out | status::callback_failed));
  for (auto part : {"timed out after 1000ms", "again", "and that"})
    BOOST_TEST(one.error().find(part) != std::string::npos, one.error());
}

BOOST_AUTO_TEST_CASE(a_cancelled_step_has_no_callbacks) {
  process.step("fails", [](step&) { return fail("no"); });
  process.step("next", nothing, "fails");
  process.before_step(note("before"));
  process.after_step(note("after"));
  run();
  CHECK_HAPPENED("before fails", "after fails");
}

BOOST_AUTO_TEST_CASE(skipped_steps_have_no_callbacks) {
  process.step("step", noting("ran")).eq("key", 1);
  process.step("next", noting("next"), "step");
  process.before_step(note("before"));
  process.after_step(note("after"));
  auto report = run();
  BOOST_TEST(report.success());
  BOOST_TEST(report.process("process").step("step").state() == status::skipped);
  CHECK_HAPPENED("before next", "next", "after next");
}

BOOST_AUTO_TEST_SUITE_END()
