// SPDX-License-Identifier: MIT
#include "../support/fragile.hpp"
#include "../support/samples.hpp"

#include "callback_fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(callback_tests, callback_fixture)

// -- order --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(all_layers_and_scopes_run_in_order) {
  auto& defaults = catalog.defaults();
  process.step("step", noting("step"));
  process.before_step(note("process before"));
  process.after_step(note("process after"));
  process.before_process(note("process before"));
  process.after_process(note("process after"));
  flow.before_step(note("flow before"));
  flow.after_step(note("flow after"));
  flow.before_process(note("flow before"));
  flow.after_process(note("flow after"));
  flow.before_flow(note("flow before"));
  flow.after_flow(note("flow after"));
  defaults.before_step(note("defaults before"));
  defaults.after_step(note("defaults after"));
  defaults.before_process(note("defaults before"));
  defaults.after_process(note("defaults after"));
  defaults.before_flow(note("defaults before"));
  defaults.after_flow(note("defaults after"));
  BOOST_TEST(run().success());
  CHECK_HAPPENED(
    "defaults before flow", "flow before flow", "defaults before process",
    "flow before process", "process before process", "defaults before step",
    "flow before step", "process before step", "step", "defaults after step",
    "flow after step", "process after step", "defaults after process",
    "flow after process", "process after process", "defaults after flow",
    "flow after flow");
}

BOOST_AUTO_TEST_CASE(the_defaults_can_be_turned_off) {
  catalog.defaults().before_step(note("default"));
  catalog.defaults().before_process(note("default"));
  catalog.defaults().before_flow(note("default"));
  process.step("a", nothing);
  process.default_callbacks(false);
  flow.process("other").step("b", nothing);
  run();
  CHECK_HAPPENED("default flow", "default other", "default b");
  happened.clear();
  auto& quiet = catalog.flow("quiet");
  quiet.default_callbacks(false);
  quiet.process("p").step("c", nothing);
  quiet.process("q").default_callbacks(true).step("d", nothing);
  engine().run("quiet");
  CHECK_HAPPENED("default q", "default d");
}

BOOST_AUTO_TEST_CASE(not_to_keep_on_ends_the_chain_of_that_scope_only) {
  flow.after_step(stop_after("flow 1"));
  flow.after_step(note("flow 2"));
  process.after_step(must, stop_after("process 1"));
  process.after_step(note("process 2"));
  process.step("step", nothing);
  BOOST_TEST(run().success());
  CHECK_HAPPENED("flow 1 step", "process 1 step");
}

// -- around a process ---------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_must_callback_before_a_process_keeps_all_from_running) {
  process.step("step", noting("ran"));
  process.before_process(must, fail_after("before"));
  process.after_process(note("not reached"));
  flow.process("other").step("other", noting("other ran"));
  flow.after_flow(note("after"));
  auto report = run();
  CHECK_HAPPENED("before process", "other ran", "after flow");
  auto one = report.process("process");
  BOOST_TEST(one.state() == status::callback_failed);
  BOOST_TEST(
    one.error()
    == R"(process "process" (id r1/process) callback 1 of the process )"
       "that runs before it failed: no");
  BOOST_TEST(one.step("step").state() == status::cancelled);
  BOOST_TEST(report.process("other").success());
  BOOST_TEST(!report.success());
}

BOOST_AUTO_TEST_CASE(a_must_callback_after_a_process_fails_it) {
  process.step("step", nothing);
  flow.after_process(must, [this](auto& p) -> result<> {
    happened.push_back(to_string(p.state()));
    return fail("no");
  });
  process.after_process(note("not reached"));
  auto report = run();
  CHECK_HAPPENED("success");
  BOOST_TEST(report.process("process").state() == status::callback_failed);
  BOOST_TEST(!report.success());
}

BOOST_AUTO_TEST_CASE(a_process_can_be_paused_and_stopped_around_callbacks) {
  process.before_process(note("before"));
  process.step("step", noting("ran"));
  process.after_process(note("after"));
  auto paused = engine().start("flow");
  paused.pause();
  CHECK_HAPPENED("before process");
  BOOST_TEST(paused.look().has(status::paused));
  paused.resume();
  run_all();
  CHECK_HAPPENED("before process", "ran", "after process");
  happened.clear();
  auto stopped = engine().start("flow");
  stopped.pause();
  stopped.stop();
  run_all();
  BOOST_TEST(stopped.wait().has(status::stopped));
  CHECK_HAPPENED("before process", "after process");
}

BOOST_AUTO_TEST_CASE(an_empty_process_has_its_callbacks) {
  process.before_process(note("before"));
  process.after_process(note("after"));
  BOOST_TEST(run().success());
  CHECK_HAPPENED("before process", "after process");
}

// -- around a flow ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_must_callback_before_a_flow_keeps_all_from_running) {
  process.step("step", noting("ran"));
  process.before_process(note("not reached"));
  flow.before_flow(must, [](auto&) -> bool { throw std::runtime_error("no"); });
  flow.after_flow(note("not reached"));
  auto report = run();
  CHECK_HAPPENED();
  BOOST_TEST(report.state() == status::callback_failed);
  BOOST_TEST(report.error()
             == R"(run "r1" of flow "flow": callback 1 of the flow that runs )"
                "before it threw: no");
  BOOST_TEST(report.process("process").state()
             == (status::cancelled | status::failed));
  BOOST_TEST(report.process("process").step("step").state()
             == status::cancelled);
}

BOOST_AUTO_TEST_CASE(a_must_callback_after_a_flow_fails_the_run) {
  process.step("step", nothing);
  flow.after_flow(must, [this](auto& f) -> result<> {
    happened.push_back(to_string(f.state()));
    return fail("no");
  });
  auto report = run();
  CHECK_HAPPENED("success");
  BOOST_TEST(report.state() == status::callback_failed);
  BOOST_TEST(report.errors().find("no") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(flow_and_process_callbacks_are_narrowed_too) {
  process.step("fails", [](step&) { return fail("no"); });
  flow.process("other");
  flow.after_process(note("failed")).when(status::failed);
  flow.after_process(note("not failed")).exclude(status::failed);
  flow.after_process(note("only other")).only_for("other");
  flow.after_flow(note("failed")).when(status::failed);
  flow.after_flow(note("never")).not_for("flow");
  flow.after_flow(note("if")).if_([](lightflow::flow& f) {
    return f.has_any(status::error);
  });
  run();
  std::sort(happened.begin(), happened.end()); // processes have no order
  CHECK_HAPPENED("failed flow", "failed process", "if flow", "not failed other",
                 "only other other");
}

BOOST_AUTO_TEST_CASE(flow_callbacks_see_how_all_went) {
  process.step("fails", [](step&) { return fail("no"); });
  flow.after_flow([this](auto& f) {
    happened.push_back(to_string(f.state()));
    BOOST_TEST(f.has_any(status::error));
    BOOST_TEST(f.report().failed_steps().size() == 1U);
  });
  run();
  CHECK_HAPPENED("failed");
}

BOOST_AUTO_TEST_CASE(a_run_can_be_looked_at_before_its_processes_start) {
  process.step("step", nothing);
  flow.before_flow([this](lightflow::flow& f) {
    happened.push_back(f.has_any(status::failed) ? "failed" : "fine");
    BOOST_TEST(f.report().errors().empty());
    BOOST_TEST(
      (f.report().process("process").step("step").state() == status::pending));
  });
  auto handle = engine().start("flow");
  auto early = handle.look(); // whatever has begun by now
  BOOST_TEST(early.process("process").name() == "process");
  run_all();
  CHECK_HAPPENED("fine");
}

// -- defects ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_supervisor_that_dies_tells_whoever_waits) {
  // The supervisor copies the input when a callback of the flow adds to it.
  flow.before_flow([](lightflow::flow& f) {
    f.set("key", 1);
    fragile::armed = true;
  });
  process.step("step", nothing);
  auto handle = engine().start_as("r1", "flow", {{"fragile", fragile{}}});
  auto other = catalog.flow_with_process("other").name();
  run_all();
  fragile::armed = false;
  BOOST_CHECK_EXCEPTION(handle.wait(), error, [](const error& e) {
    return e.code() == error_code::internal;
  });
  BOOST_REQUIRE(log.size() == 2U); // and an event
  BOOST_TEST(log[0].find("the supervisor of run \"r1\" died") == 0U);
  BOOST_TEST(log[0].find("cannot be copied now") != std::string::npos);
  BOOST_TEST(engine().run(other).success()); // other runs never notice
}

// -- narrowing ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(constraints_narrow_a_callback) {
  process.step("good", nothing);
  process.step(
    "bad", [](step&) { return fail("no"); }, "good");
  process.step(
    "ugly", [](step&) { throw 1; }, "good");
  process.after_step(note("when failed")).when(status::failed);
  process.after_step(note("when error or success"))
    .when(status::error, status::success);
  process.after_step(note("not when failed")).exclude(status::failed);
  process.after_step(note("only for bad")).only_for("bad", "nobody");
  process.after_step(note("not for bad, ugly")).not_for("bad", "ugly");
  process.after_step(note("if ugly")).if_([](step& s) {
    return s.name() == "ugly";
  });
  run();
  CHECK_HAPPENED("when error or success good", "not when failed good",
                 "not for bad, ugly good", "when failed bad",
                 "when error or success bad", "only for bad bad",
                 "when failed ugly", "if ugly ugly");
}

BOOST_AUTO_TEST_CASE(a_predicate_that_throws_is_a_failed_callback) {
  process.step("step", nothing);
  process.after_step(must, note("not reached")).if_([](step&) -> bool {
    throw std::runtime_error("no idea");
  });
  auto report = run();
  CHECK_HAPPENED();
  BOOST_TEST(
    report.process("process").step("step").has(status::callback_failed));
}

BOOST_AUTO_TEST_SUITE_END()
