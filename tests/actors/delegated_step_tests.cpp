// SPDX-License-Identifier: MIT
// What holds for all steps whose functions are done elsewhere, shown with
// actors that answer when they are told to.
#include "doers.hpp"
#include "recovery_fixture.hpp"

#include <map>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct delegated_fixture : recovery_fixture {
  delegated_fixture() : doer(keep(spawn_waiting_doer(system(), asked))) {}

  ~delegated_fixture() {
    destroy_engine();
    asked = {}; // promises keep actors
  }

  void answer(std::size_t i, step_answer x = {}) {
    asked.answer(i, std::move(x));
    run_all();
  }

  std::size_t requests() const {
    return asked.requests.size();
  }

  step_report report_of(const run_handle& run, std::string_view step) {
    return run.look().process("process").step(step);
  }

  inbox asked;
  caf::actor doer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(delegated_step_tests, delegated_fixture)

BOOST_AUTO_TEST_CASE(what_runs_after_it_waits_for_the_answer_and_nothing_else) {
  process.step("a", doer);
  process.step("b", working("b"), "a");
  process.step("beside", working("beside"));
  auto run = start_flow();
  CHECK_HAPPENED("beside");
  BOOST_TEST(!run.has_ended());
  BOOST_TEST(report_of(run, "a").state() == status::pending);
  auto waits_for = run.look().wakes_by();
  BOOST_TEST(
    (waits_for.back() == wake_reason{"r1/process", wake_source::running_step}));
  answer(0, step_answer{7}.set("k", 8));
  CHECK_HAPPENED("beside", "b");
  auto report = run.wait();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(report.process("process").step("a").result<int>().value() == 7);
  BOOST_TEST(report.process("process").get<int>("k").value() == 8);
}

BOOST_AUTO_TEST_CASE(a_step_fails_when_the_actor_dies_that_waits_for_it) {
  process.step("a", doer).retry(3);
  auto run = start_flow();
  advance(1s, 100ms);
  caf::response_promise& asked_by = asked.promises.at(0);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(asked_by.source()),
                      caf::exit_reason::kill);
  run_all();
  auto step = run.wait().process("process").step("a");
  BOOST_TEST(step.state() == (status::failed | status::panicked));
  BOOST_TEST(step.attempt() == 1U);
  BOOST_TEST((step.end() == step.start() + 1s));
}

BOOST_AUTO_TEST_CASE(conditions_and_callbacks_run_at_the_engine_around_it) {
  process.step("a", doer).eq("run it", true);
  process.step("skipped", doer).eq("run it", false);
  process.before_step([this](step& s) {
    happened.push_back("before " + s.name());
    s.set("from before", 1);
  });
  process.after_step([this](step& s) {
    happened.push_back("after " + s.name() + " returned "
                       + std::to_string(s.returned<int>().value_or(-1)));
  });
  auto run = start_flow({{"run it", true}});
  CHECK_HAPPENED("before a");
  BOOST_TEST(asked.requests.at(0).get<int>("from before").value() == 1);
  answer(0, 5);
  CHECK_HAPPENED("before a", "after a returned 5");
  BOOST_TEST(run.wait().success());
  BOOST_TEST(requests() == 1U);
}

BOOST_AUTO_TEST_CASE(a_callback_before_it_can_keep_it_from_being_asked_for) {
  process.step("a", doer);
  process.before_step(must, noting("before"));
  fails["before"] = 1;
  auto report = run_flow();
  BOOST_TEST(requests() == 0U);
  BOOST_TEST(report.process("process").step("a").has(status::callback_failed));
  engine().recover("r1");
  run_all();
  BOOST_TEST(requests() == 1U);
}

BOOST_AUTO_TEST_CASE(it_is_tried_again_as_any_other_step) {
  process.step("a", doer).retry(2, 10s);
  auto run = start_flow();
  answer(0, fail("no"));
  BOOST_TEST(requests() == 1U);
  advance(11s, 1s);
  BOOST_TEST(requests() == 2U);
  BOOST_TEST(asked.requests.at(1).attempt() == 2U);
  answer(1, 3);
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(it_fails_once_no_attempt_is_left) {
  process.step("a", doer).retry(1);
  process.step("b", doer, "a");
  process.after_step(noting("after"));
  auto run = start_flow();
  answer(0, fail("no"));
  CHECK_HAPPENED();
  answer(1, fail("no again"));
  CHECK_HAPPENED("after");
  auto step = run.wait().process("process").step("a");
  BOOST_TEST(step.state() == status::error);
  BOOST_TEST(step.error().find("no again") != std::string::npos, step.error());
  BOOST_TEST(report_of(run, "b").state() == status::cancelled);
}

BOOST_AUTO_TEST_CASE(a_predicate_says_whether_it_is_tried_again) {
  retry_policy policy;
  policy.retries = 5;
  policy.predicate = [](const failure& x) { return x.message != "final"; };
  process.step("a", doer).retry(policy);
  auto run = start_flow();
  answer(0, fail("passing"));
  answer(1, fail("final"));
  BOOST_TEST(run.wait().has(status::failed));
  BOOST_TEST(requests() == 2U);
}

// -- stop ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_stop_ends_the_wait_at_once) {
  process.step("a", stoppable{doer}).retry(3);
  process.step("b", doer, "a");
  process.after_step([this](step& s) {
    happened.push_back("after " + s.name() + " " + to_string(s.state()));
  });
  auto run = start_flow();
  run.stop();
  run_all();
  BOOST_REQUIRE(run.has_ended());
  auto report = run.wait().process("process");
  BOOST_TEST(report.step("a").state() == status::stopped);
  BOOST_TEST(report.step("a").error().find("asked to stop while it waited for "
                                           "its actor")
             != std::string::npos);
  BOOST_TEST(report.step("b").state() == status::cancelled);
  CHECK_HAPPENED("after a failed|stopped");
  BOOST_TEST(asked.stops.at(0) == "r1/process/a, 1");
  answer(0, 7); // comes too late
  BOOST_TEST(!report.step("a").result<int>().has_value());
}

BOOST_AUTO_TEST_CASE(what_was_stopped_goes_on_with_its_function) {
  process.step("a", doer);
  process.before_step([this](step& s) {
    happened.push_back("before");
    s.set("from before", 1);
  });
  auto run = start_flow();
  run.stop();
  run_all();
  happened.clear();
  auto again = engine().recover("r1");
  run_all();
  CHECK_HAPPENED();
  BOOST_TEST(asked.requests.at(1).attempt() == 2U);
  BOOST_TEST(asked.requests.at(1).get<int>("from before").value() == 1);
  answer(1);
  BOOST_TEST(again.wait().success());
}

BOOST_AUTO_TEST_CASE(a_stop_before_it_is_asked_for_keeps_it_from_that) {
  process.step("a", stoppable{doer});
  process.before_step([this](step&) { found().stop(); });
  auto run = start_flow();
  BOOST_REQUIRE(run.has_ended());
  BOOST_TEST(requests() == 0U);
  BOOST_TEST(report_of(run, "a").state() == status::stopped);
}

BOOST_AUTO_TEST_CASE(a_pause_lets_it_come_to_its_end) {
  process.step("a", doer);
  process.step("b", doer, "a");
  auto run = start_flow();
  run.pause();
  answer(0, 1);
  BOOST_TEST(report_of(run, "a").state() == status::success);
  BOOST_TEST(requests() == 1U);
  run.resume();
  run_all();
  BOOST_TEST(requests() == 2U);
}

// -- timeouts -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(it_times_out_while_it_waits) {
  process.step("a", stoppable{doer}).step_timeout(10s);
  process.step("b", doer, "a");
  process.step("beside", doer);
  process.after_step([this](step& s) {
    happened.push_back("after " + s.name() + " " + to_string(s.state()));
  });
  auto run = start_flow();
  advance(11s, 1s);
  BOOST_TEST(report_of(run, "a").state() == status::timed_out);
  BOOST_TEST(report_of(run, "b").state() == status::cancelled);
  BOOST_TEST(report_of(run, "beside").state() == status::pending);
  CHECK_HAPPENED("after a failed|timed_out");
  BOOST_TEST(asked.stops.at(0) == "r1/process/a, 1");
  answer(0, 7); // comes too late
  answer(1, 8);
  auto report = run.wait().process("process");
  BOOST_TEST(!report.step("a").result<int>().has_value());
  BOOST_TEST(report.step("beside").result<int>().value() == 8);
  BOOST_TEST(happened.size() == 2U);
}

BOOST_AUTO_TEST_CASE(it_ends_with_the_time_of_its_process) {
  process.process_timeout(10s);
  process.step("a", stoppable{doer});
  process.after_step([this](step& s) {
    happened.push_back("after " + s.name() + " " + to_string(s.state()));
  });
  auto run = start_flow();
  advance(11s, 1s);
  BOOST_REQUIRE(run.has_ended());
  BOOST_TEST(report_of(run, "a").state() == status::timed_out);
  CHECK_HAPPENED("after a failed|timed_out");
  BOOST_TEST(asked.stops.size() == 1U);
  answer(0, 7);
}

// -- the end of the engine ----------------------------------------------------

BOOST_AUTO_TEST_CASE(an_engine_that_ends_does_not_wait_for_the_answer) {
  process.step("a", stoppable{doer});
  process.after_step(noting("after"));
  auto run = start_flow();
  destroy_engine();
  BOOST_CHECK_THROW(run.wait(), error);
  run_all();
  BOOST_TEST(asked.stops.size() == 1U);
  CHECK_HAPPENED();
  answer(0, 7);
}

BOOST_AUTO_TEST_CASE(the_next_engine_asks_again) {
  process.step("a", doer);
  process.step("b", working("b"), "a");
  start_flow();
  restart();
  BOOST_REQUIRE(requests() == 2U);
  BOOST_TEST(asked.requests.at(1).attempt() == 2U);
  BOOST_TEST(asked.requests.at(1).id() == asked.requests.at(0).id());
  answer(0, 7); // of the engine that is gone
  CHECK_HAPPENED();
  answer(1, 8);
  auto report = found().wait();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(report.process("process").step("a").result<int>().value() == 8);
}

// -- many ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(any_number_of_them_waits_at_once) {
  configure = [](engine_options& x) { x.max_threads = 1; };
  constexpr std::size_t steps = 1000;
  for (std::size_t i = 0; i < steps; ++i)
    process.step("s" + std::to_string(i), doer);
  process.sync_all("last", working("last"));
  auto run = start_flow();
  BOOST_TEST(requests() == steps);
  for (std::size_t i = 0; i < steps; ++i)
    asked.answer(steps - 1 - i, static_cast<int>(i));
  run_all();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(they_keep_no_function_from_running) {
  configure = [](engine_options& x) { x.max_threads = 1; };
  for (int i = 0; i < 10; ++i)
    process.step("waits" + std::to_string(i), doer);
  for (int i = 0; i < 10; ++i)
    process.step("runs" + std::to_string(i), working("runs"));
  start_flow();
  BOOST_TEST(happened.size() == 10U);
  BOOST_TEST(requests() == 10U);
}

BOOST_AUTO_TEST_CASE(the_limit_on_parallel_steps_holds_for_them) {
  process.parallelism(2);
  for (int i = 0; i < 5; ++i)
    process.step("s" + std::to_string(i), doer);
  start_flow();
  BOOST_TEST(requests() == 2U);
  answer(0);
  BOOST_TEST(requests() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
