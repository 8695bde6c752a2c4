// SPDX-License-Identifier: MIT
#include "fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {} // namespace

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

BOOST_AUTO_TEST_CASE(the_caller_s_input_reaches_all_steps) {
  auto& process = catalog.flow_with_process("flow");
  process.step("read", [](step& s) { return *s.get<std::string>("input"); });
  auto run = engine().run("flow", {{"input", "hello"}});
  auto step = run.process("flow").step("read");
  BOOST_TEST(step.result<std::string>().value() == "hello");
  BOOST_TEST(run.get<std::string>("input").value() == "hello");
}

BOOST_AUTO_TEST_CASE(many_runs_are_started_at_once_each_with_its_input) {
  for (bool recoverable : {false, true}) {
    auto name = recoverable ? "kept" : "plain";
    auto& flow = catalog.flow(name).recoverable(recoverable);
    flow.process(name).step(
      "read", [](step& s) { return *s.get<std::string>("input"); });
    auto runs = engine().start_all(
      name, {{{"input", "a"}}, {{"input", "b"}}, {{"input", "c"}}});
    BOOST_REQUIRE(runs.size() == 3U);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      auto step = runs[i].wait().process(name).step("read");
      BOOST_TEST(step.result<std::string>().value() == std::string(1, 'a' + i));
    }
  }
  BOOST_TEST(engine().start_all("plain", {}).empty());
}

BOOST_AUTO_TEST_CASE(a_bad_input_among_many_is_told_before_any_run_begins) {
  struct opaque {};
  catalog.flow("kept").recoverable();
  BOOST_CHECK_EXCEPTION(
    engine().start_all("kept", {{{"x", 1}}, {{"x", opaque{}}}}), error,
    says({"\"x\"", "opaque"}));
  BOOST_TEST(engine().list(run_condition::running).empty());
  BOOST_TEST(engine().list(run_condition::finished).empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_flow_is_told_along_with_those_there_are) {
  catalog.flow("first");
  catalog.flow("second");
  BOOST_CHECK_EXCEPTION(engine().start("third"), error,
                        says({"third", "first, second"}));
  BOOST_CHECK_EXCEPTION(engine().run("third"), error,
                        code_is(error_code::unknown_flow));
}

BOOST_AUTO_TEST_CASE(a_flow_without_processes_succeeds_at_once) {
  catalog.flow("empty");
  auto run = engine().run("empty");
  BOOST_TEST(run.success());
  BOOST_TEST(run.processes().empty());
}

BOOST_AUTO_TEST_CASE(a_process_without_steps_succeeds_at_once) {
  catalog.flow_with_process("empty");
  BOOST_TEST(engine().run("empty").success());
}

BOOST_AUTO_TEST_CASE(a_second_start_with_an_id_gives_the_first_run) {
  int executions = 0;
  catalog.flow_with_process("flow").step("count", [&](step&) { ++executions; });
  auto first = engine().start_as("order-7", "flow");
  auto again = engine().start_as("order-7", "flow");
  run_all();
  BOOST_TEST(again.id() == "order-7");
  BOOST_TEST(first.wait().success());
  BOOST_TEST(again.wait().id() == "order-7");
  auto after_its_end = engine().start_as("order-7", "flow");
  run_all();
  BOOST_TEST(after_its_end.has_ended());
  BOOST_TEST(executions == 1);
}

BOOST_AUTO_TEST_CASE(a_run_id_must_be_a_name) {
  catalog.flow("flow");
  for (auto bad : {"", "a b", "a/b"})
    BOOST_CHECK_EXCEPTION(engine().start_as(bad, "flow"), error,
                          code_is(error_code::bad_run_id));
}

BOOST_AUTO_TEST_CASE(runs_have_different_ids_unless_chosen) {
  catalog.flow("flow");
  BOOST_TEST(start("flow").id() != start("flow").id());
}

BOOST_AUTO_TEST_CASE(find_knows_runs_under_way_and_those_with_a_chosen_id) {
  catalog.flow_with_process("flow").step("nothing", [](step&) {});
  auto run = engine().start("flow");
  BOOST_TEST(!engine().find("unknown").has_value());
  BOOST_TEST(!engine().find(run.id()).has_value()); // ended by now
  auto chosen = engine().start_as("mine", "flow");
  BOOST_TEST(engine().find("mine")->wait().id() == "mine");
}

BOOST_AUTO_TEST_CASE(find_gives_a_run_under_way) {
  auto& process = catalog.flow_with_process("flow");
  process.step("fails", [](step&) { return fail("no"); }).retry(1, 1s);
  auto run = start("flow");
  BOOST_REQUIRE(engine().find(run.id()).has_value());
  BOOST_TEST(!engine().find(run.id())->has_ended());
  advance(2s, 100ms);
  BOOST_TEST(run.has_ended());
}

BOOST_AUTO_TEST_CASE(an_input_that_cannot_be_kept_is_refused_for_recoverable) {
  struct opaque {};
  catalog.flow("plain");
  catalog.flow("kept").recoverable();
  BOOST_TEST(engine().run("plain", {{"x", opaque{}}}).success());
  BOOST_CHECK_EXCEPTION(engine().start("kept", {{"x", opaque{}}}), error,
                        says({"\"x\"", "opaque"}));
}

BOOST_AUTO_TEST_CASE(two_engines_can_share_a_catalog) {
  catalog.flow_with_process("flow").step("one", [](step&) { return 1; });
  lightflow::engine other{catalog};
  BOOST_TEST(other.run("flow").success());
  BOOST_TEST(engine().run("flow").success());
}

BOOST_AUTO_TEST_CASE(a_definition_is_sealed_by_its_first_run) {
  auto& process = catalog.flow_with_process("flow");
  auto& step_one = process.step("one", [](step&) {});
  engine().run("flow");
  BOOST_CHECK_EXCEPTION(process.step("two", [](step&) {}), definition_error,
                        says({"flow", "started"}));
  BOOST_CHECK_THROW(step_one.retry(1), definition_error);
  BOOST_CHECK_THROW(process.parallelism(1), definition_error);
}

BOOST_AUTO_TEST_CASE(handles_say_so_when_their_engine_is_gone) {
  auto& process = catalog.flow_with_process("flow");
  process.step("fails", [](step&) { return fail("no"); }).retry(1, 1s);
  catalog.flow("done");
  auto unfinished = start("flow");
  auto finished = start("done");
  destroy_engine();
  auto gone = code_is(error_code::engine_closed);
  BOOST_CHECK_EXCEPTION(unfinished.wait(), error, gone);
  BOOST_CHECK_EXCEPTION(unfinished.pause(), error, gone);
  BOOST_CHECK_EXCEPTION(unfinished.stop(), error, gone);
  BOOST_CHECK_EXCEPTION(unfinished.look(), error, gone);
  BOOST_TEST(finished.wait().success());
  BOOST_TEST(finished.look().success());
}

BOOST_AUTO_TEST_SUITE_END()
