// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include "../support/samples.hpp"

#include <algorithm>
#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

failure fails(step&) {
  return fail("no luck");
}

void throws(step&) {
  throw std::runtime_error("bang");
}

void throws_anything(step&) {
  throw 42;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(run_tests, deterministic_fixture)

BOOST_AUTO_TEST_CASE(a_step_starts_when_all_it_depends_on_have_ended) {
  std::vector<std::string> order;
  auto note = [&](step& s) { order.push_back(s.name()); };
  auto& process = catalog.flow_with_process("flow");
  process.step("a", note);
  process.step("b", note);
  process.step("join", note, "a", "b");
  process.step("last", note, "join");
  BOOST_TEST(engine().run("flow").success());
  BOOST_REQUIRE(order.size() == 4);
  BOOST_TEST(order[2] == "join");
  BOOST_TEST(order[3] == "last");
}

BOOST_AUTO_TEST_CASE(a_failed_step_cancels_its_dependents_and_nothing_else) {
  auto& process = catalog.flow_with_process("flow");
  process.follow<fails>();
  process.step("after", nothing).after<fails>();
  process.step("far", nothing).after("after");
  process.step("other", nothing);
  process.step("beside", nothing, "other");
  auto run = engine().run("flow");
  auto state
    = [&](auto name) { return run.process("flow").step(name).state(); };
  BOOST_TEST(state("fails") == status::error);
  BOOST_TEST(state("after") == status::cancelled);
  BOOST_TEST(state("far") == status::cancelled);
  BOOST_TEST(state("other") == status::success);
  BOOST_TEST(state("beside") == status::success);
  BOOST_TEST(run.state() == status::failed);
  BOOST_TEST(run.process("flow").state() == status::failed);
  BOOST_TEST(!run.success());
  BOOST_TEST(run.failed_steps().size() == 3U);
  BOOST_REQUIRE(run.failed_processes().size() == 1U);
  BOOST_TEST(run.failed_processes()[0].name() == "flow");
  BOOST_TEST(run.has_any(status::error));
  BOOST_TEST(run.has_any(status::cancelled));
  BOOST_TEST(!run.has_any(status::panicked, status::timed_out));
  BOOST_TEST(run.process("flow").has_any(status::error));
  BOOST_TEST(!run.has(status::error));
}

BOOST_AUTO_TEST_CASE(a_throw_is_a_panic_whatever_is_thrown) {
  auto& process = catalog.flow_with_process("flow");
  process.parallel<throws, throws_anything>();
  auto run = engine().run("flow");
  auto first = run.process("flow").step("throws");
  auto second = run.process("flow").step("throws_anything");
  BOOST_TEST(first.state() == status::panicked);
  BOOST_TEST(first.has(status::failed));
  BOOST_TEST(second.state() == status::panicked);
  BOOST_TEST(first.error().find("bang") != std::string::npos);
  BOOST_TEST(second.error().find("no std::exception") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(
  an_error_tells_step_stage_id_and_reason_and_several_add_up) {
  auto& process = catalog.flow_with_process("flow");
  process.parallel<fails, throws>();
  process.step("next", nothing).after<fails>();
  auto run = engine().start_as("r1", "flow").wait();
  BOOST_TEST(
    run.process("flow").step("fails").error()
    == R"(step "fails" (id r1/flow/fails, attempt 1) failed: no luck)");
  BOOST_TEST(run.process("flow").step("throws").error()
             == R"(step "throws" (id r1/flow/throws, attempt 1) threw: bang)");
  auto cancelled = run.process("flow").step("next").error();
  BOOST_TEST(cancelled
             == R"(step "next" (id r1/flow/next) was cancelled: step "fails", )"
                "which it runs after, did not succeed");
  auto all = run.errors();
  for (auto part : {"no luck", "bang", "next"})
    BOOST_TEST(all.find(part) != std::string::npos);
  BOOST_TEST(std::count(all.begin(), all.end(), '\n') == 2);
}

BOOST_AUTO_TEST_CASE(
  asking_for_the_wrong_type_is_a_panic_that_names_key_and_types) {
  auto& process = catalog.flow_with_process("flow");
  process.step("read", [](step& s) { s.get<int>("input"); });
  auto run = engine().run("flow", {{"input", "text"}});
  auto step = run.process("flow").step("read");
  BOOST_TEST(step.state() == status::panicked);
  for (auto part : {"\"input\"", "i32", "string"})
    BOOST_TEST(step.error().find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(
  processes_run_side_by_side_and_one_s_failure_leaves_others) {
  auto& flow = catalog.flow("flow");
  flow.process("bad").step("fails", fails);
  flow.process("good").step("works", nothing);
  auto run = engine().run("flow");
  BOOST_TEST(run.processes().size() == 2U);
  BOOST_TEST(run.process("bad").state() == status::failed);
  BOOST_TEST(run.process("good").state() == status::success);
  BOOST_TEST(run.state() == status::failed);
  BOOST_CHECK_EXCEPTION(run.process("none"), error, says({"none", "flow"}));
  BOOST_CHECK_EXCEPTION(run.process("bad").step("none"), error,
                        says({"none", "bad"}));
}

BOOST_AUTO_TEST_CASE(each_unit_tells_who_it_is) {
  auto& process = catalog.flow("the_flow").process("the_process");
  process.step("a", nothing);
  process
    .step("b",
          [](step& s) {
            BOOST_TEST(s.name() == "b");
            BOOST_TEST(s.id() == "r1/the_process/b");
            BOOST_TEST(s.process_name() == "the_process");
            BOOST_TEST(s.process_id() == "r1/the_process");
            BOOST_TEST(s.flow_name() == "the_flow");
            BOOST_TEST(s.run_id() == "r1");
            BOOST_TEST(s.dependencies() == std::vector<std::string>{"a"},
                       boost::test_tools::per_element());
            BOOST_TEST(s.attempt() == 1U);
            BOOST_TEST(s.has(status::pending));
          })
    .after("a");
  auto run = engine().start_as("r1", "the_flow").wait();
  BOOST_TEST(run.success());
  auto step = run.process("the_process").step("b");
  BOOST_TEST(step.id() == "r1/the_process/b");
  BOOST_TEST(step.process_id() == "r1/the_process");
  BOOST_TEST(step.process_name() == "the_process");
  BOOST_TEST(step.flow_name() == "the_flow");
  BOOST_TEST(step.run_id() == "r1");
  BOOST_TEST(step.attempt() == 1U);
  BOOST_TEST(step.dependencies().front() == "a");
  BOOST_TEST(run.process("the_process").id() == "r1/the_process");
  BOOST_TEST(run.process("the_process").flow_name() == "the_flow");
  BOOST_TEST(run.id() == "r1");
}

BOOST_AUTO_TEST_CASE(units_tell_when_they_started_and_ended) {
  auto& process = catalog.flow_with_process("flow");
  process
    .step("slow",
          [](step& s) {
            return s.attempt() == 1 ? result<>{fail("again")} : result<>{};
          })
    .retry(1, 5s);
  auto run = start("flow");
  BOOST_TEST(run.look().duration() == duration::zero());
  advance(6s, 100ms);
  auto report = run.wait();
  BOOST_TEST((report.duration() >= 5s && report.duration() < 6s));
  BOOST_TEST(report.process("flow").duration().count()
             == report.duration().count());
  auto step = report.process("flow").step("slow");
  BOOST_TEST((step.duration() >= 5s && step.duration() < 6s));
  BOOST_TEST((step.start() >= report.start() && step.end() <= report.end()));
}

BOOST_AUTO_TEST_CASE(look_shows_a_run_under_way) {
  auto& process = catalog.flow_with_process("flow");
  process.step("first", [](step&) { return 1; });
  process.step("second", fails, "first").retry(1, 1s);
  auto run = start("flow");
  auto now = run.look();
  BOOST_TEST(now.has(status::pending));
  BOOST_TEST(!now.has_ended());
  BOOST_TEST(!now.success());
  BOOST_TEST(now.process("flow").step("first").success());
  BOOST_TEST(now.process("flow").step("first").result<int>().value() == 1);
  BOOST_TEST(now.process("flow").step("second").state() == status::pending);
  BOOST_TEST(now.process("flow").step("second").attempt() == 1U);
  advance(2s, 100ms);
  BOOST_TEST(run.look().has_ended());
  BOOST_TEST(now.process("flow").step("second").state() == status::pending);
}

BOOST_AUTO_TEST_CASE(a_recoverable_flow_refuses_what_cannot_be_kept) {
  struct opaque {};
  auto& flow = catalog.flow("flow").recoverable();
  auto& process = flow.process("process");
  process.step("sets", [](step& s) { s.set("key", opaque{}); });
  process.step("returns", [](step&) { return opaque{}; });
  auto run = engine().run("flow");
  auto sets = run.process("process").step("sets").error();
  auto returns = run.process("process").step("returns").error();
  BOOST_TEST(sets.find("\"key\"") != std::string::npos);
  BOOST_TEST(sets.find("opaque") != std::string::npos);
  BOOST_TEST(returns.find("opaque") != std::string::npos);
  BOOST_TEST(run.failed_steps().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
