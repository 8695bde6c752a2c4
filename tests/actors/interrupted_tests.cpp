// SPDX-License-Identifier: MIT
#include "recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// A flow whose first step waits an hour for its second attempt.
struct interrupted_fixture : recovery_fixture {
  interrupted_fixture() {
    process.step("slow", working("slow")).retry(1, 1h);
    process.step("next", working("next"), "slow");
    fails["slow"] = 1;
  }

  void restart_without(interrupted_runs how) {
    interrupted = how;
    happened.clear();
    restart();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(interrupted_tests, interrupted_fixture)

// -- going on -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_interrupted_run_goes_on_by_itself) {
  auto old = start_flow();
  restart();
  BOOST_CHECK_EXCEPTION(old.wait(), error, code_is(error_code::engine_closed));
  auto run = found();
  BOOST_TEST(run.look().state() == (status::pending | status::recovering));
  advance(61min, 10s);
  auto report = run.wait();
  BOOST_TEST(report.state() == (status::success | status::recovering));
  CHECK_HAPPENED("slow", "slow", "next");
  BOOST_TEST(engine().list(run_condition::finished).size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_wait_for_a_retry_is_not_begun_anew) {
  start_flow();
  advance(50min, 10s);
  restart();
  advance(9min, 10s);
  CHECK_HAPPENED("slow");
  advance(2min, 10s);
  CHECK_HAPPENED("slow", "slow", "next");
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_over_ends_at_once) {
  start_flow();
  destroy_engine();
  advance(2h, 1min);
  restart();
  advance(1s, 100ms);
  CHECK_HAPPENED("slow", "slow", "next");
}

BOOST_AUTO_TEST_CASE(attempts_before_a_crash_count_as_retries) {
  fails["slow"] = 9;
  start_flow();
  restart();
  advance(61min, 10s);
  CHECK_HAPPENED("slow", "slow");
  BOOST_TEST(found().wait().has(status::suspended));
}

BOOST_AUTO_TEST_CASE(interrupted_runs_can_be_left_waiting) {
  start_flow({{"input", 3}});
  restart_without(interrupted_runs::wait);
  advance(2h, 1min);
  CHECK_HAPPENED();
  auto waiting = engine().list(run_condition::running);
  BOOST_REQUIRE(waiting.size() == 1U);
  BOOST_TEST(waiting[0].id == "r1");
  BOOST_TEST(waiting[0].flow == "flow");
  auto handle = found();
  BOOST_CHECK_EXCEPTION(handle.wait(), error, code_is(error_code::interrupted));
  BOOST_TEST(handle.look().get<int>("input").value() == 3);
  BOOST_TEST(!handle.pause());
  auto run = engine().recover("r1");
  BOOST_TEST(run.look().has(status::recovering));
  advance(1s, 100ms);
  BOOST_TEST(run.wait().success());
  CHECK_HAPPENED("slow", "next");
}

BOOST_AUTO_TEST_CASE(many_interrupted_runs_all_go_on) {
  fails["slow"] = 600;
  for (int i = 0; i < 600; ++i)
    engine().start_as("r" + std::to_string(i), "flow");
  happened.clear();
  restart();
  advance(61min, 10s);
  BOOST_TEST(happened.size() == 1200U);
  BOOST_TEST(engine().list(run_condition::finished).size() == 600U);
}

// -- controls -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_paused_run_comes_back_paused) {
  auto run = start_flow();
  BOOST_TEST(run.pause());
  restart();
  advance(2h, 1min);
  CHECK_HAPPENED("slow");
  run = found();
  BOOST_TEST(run.look().has(status::paused, status::recovering));
  BOOST_TEST(run.look().process("process").has(status::paused));
  BOOST_TEST(run.resume());
  run_all();
  BOOST_TEST(run.wait().success());
  CHECK_HAPPENED("slow", "slow", "next");
}

BOOST_AUTO_TEST_CASE(a_paused_process_comes_back_paused) {
  flow.process("other").step("x", working("x")).retry(1, 1h);
  fails["x"] = 1;
  auto run = start_flow();
  BOOST_TEST(run.pause("process"));
  restart();
  advance(2h, 1min);
  CHECK_HAPPENED("slow", "x", "x");
  run = found();
  BOOST_TEST(!run.look().has(status::paused));
  BOOST_TEST(run.look().process("process").has(status::paused));
  BOOST_TEST(run.resume("process"));
  run_all();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(a_process_resumed_by_itself_comes_back_so) {
  auto run = start_flow();
  BOOST_TEST(run.pause());
  BOOST_TEST(run.resume("process"));
  restart();
  advance(61min, 10s);
  BOOST_TEST(found().wait().success());
}

BOOST_AUTO_TEST_CASE(a_resumed_run_goes_on) {
  auto run = start_flow();
  BOOST_TEST(run.pause("process"));
  BOOST_TEST(run.pause());
  BOOST_TEST(run.resume());
  restart();
  BOOST_TEST(!found().look().process("process").has(status::paused));
  advance(61min, 10s);
  BOOST_TEST(found().wait().success());
}

BOOST_AUTO_TEST_CASE(a_stopped_run_stays_stopped) {
  bool crashed = false;
  flow.after_flow([&](lightflow::flow&) {
    if (!std::exchange(crashed, true))
      happened.push_back("after");
  });
  auto run = start_flow();
  BOOST_TEST(run.stop());
  auto report = run.wait();
  BOOST_TEST(report.has(status::stopped, status::suspended));
  restart();
  report = found().wait();
  BOOST_TEST(report.has(status::stopped, status::suspended));
  BOOST_TEST(report.process("process").step("slow").has(status::stopped));
  BOOST_TEST(report.process("process").step("next").has(status::cancelled));
  advance(2h, 1min);
  CHECK_HAPPENED("slow", "after");
}

// -- starting under an id that there is ---------------------------------------

BOOST_AUTO_TEST_CASE(a_start_with_the_id_of_a_finished_run_gives_that) {
  fails.clear();
  run_flow({{"input", 1}});
  restart();
  auto run = start_flow({{"input", 2}});
  BOOST_TEST(run.wait().success());
  BOOST_TEST(run.wait().get<int>("input").value() == 1);
  CHECK_HAPPENED("slow", "next");
}

BOOST_AUTO_TEST_CASE(a_start_with_the_id_of_a_suspended_run_gives_that) {
  fails["next"] = 1;
  fails["slow"] = 0;
  run_flow();
  restart();
  auto run = start_flow();
  BOOST_TEST(run.wait().has(status::suspended));
  CHECK_HAPPENED("slow", "next");
  BOOST_TEST(run.recover().wait().success());
}

BOOST_AUTO_TEST_CASE(a_start_with_the_id_of_an_interrupted_run_goes_on) {
  start_flow();
  restart_without(interrupted_runs::wait);
  auto run = start_flow();
  advance(61min, 10s);
  BOOST_TEST(run.wait().success());
  CHECK_HAPPENED("slow", "next");
}

// -- the journal's runs -------------------------------------------------------

BOOST_AUTO_TEST_CASE(runs_are_listed_by_condition_in_pages) {
  fails["slow"] = 0;
  for (auto id : {"a", "b", "c"})
    engine().start_as(id, "flow");
  fails["next"] = 1;
  engine().start_as("d", "flow");
  fails["slow"] = 1;
  engine().start_as("e", "flow");
  auto ids
    = [this](run_condition x, std::string_view after, std::size_t limit) {
        lines result;
        for (auto& found : engine().list(x, after, limit))
          result.push_back(found.id);
        return result;
      };
  using enum run_condition;
  BOOST_TEST(ids(finished, {}, 2) == (lines{"a", "b"}),
             boost::test_tools::per_element());
  BOOST_TEST(ids(finished, "b", 2) == (lines{"c"}),
             boost::test_tools::per_element());
  BOOST_TEST(ids(suspended, {}, 9) == (lines{"d"}),
             boost::test_tools::per_element());
  BOOST_TEST(ids(running, {}, 9) == (lines{"e"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_forgotten_run_is_gone_and_its_id_free) {
  fails["slow"] = 0;
  fails["next"] = 1;
  run_flow();
  BOOST_TEST(engine().forget("r1"));
  BOOST_TEST(!engine().find("r1").has_value());
  BOOST_TEST(bytes_of(*journal, "r1").empty());
  BOOST_CHECK_EXCEPTION(engine().recover("r1"), error,
                        code_is(error_code::unknown_run));
  BOOST_TEST(run_flow().success());
  CHECK_HAPPENED("slow", "next", "slow", "next");
}

BOOST_AUTO_TEST_CASE(a_run_under_way_is_not_forgotten) {
  auto run = start_flow();
  BOOST_TEST(!engine().forget("r1"));
  advance(61min, 10s);
  BOOST_TEST(run.wait().success());
  BOOST_TEST(engine().forget("r1"));
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_that_waits_can_be_forgotten) {
  start_flow();
  restart_without(interrupted_runs::wait);
  BOOST_TEST(engine().forget("r1"));
  restart_without(interrupted_runs::resume);
  BOOST_TEST(!engine().find("r1").has_value());
}

BOOST_AUTO_TEST_CASE(runs_that_succeeded_are_kept_for_the_time_asked_for) {
  configure = [](auto& options) { options.retention = 3h; };
  fails["slow"] = 0;
  run_flow();
  fails["next"] = 1;
  engine().start_as("failed", "flow");
  advance(2h, 1min);
  engine().start_as("later", "flow");
  BOOST_TEST(engine().find("r1").has_value());
  advance(61min, 30s);
  BOOST_TEST(!engine().find("r1").has_value());
  BOOST_TEST(bytes_of(*journal, "r1").empty());
  BOOST_TEST(engine().find("later").has_value());
  advance(20h, 1min);
  BOOST_TEST(!engine().find("later").has_value());
  BOOST_TEST(engine().find("failed")->wait().has(status::suspended));
}

BOOST_AUTO_TEST_CASE(runs_are_forgotten_as_fast_as_they_can_come) {
  configure = [](auto& options) { options.retention = 1s; };
  catalog.flow("quick").recoverable();
  for (int i = 0; i < 3; ++i)
    engine().start_all("quick", std::vector<inputs>(1500));
  BOOST_TEST(engine().list(run_condition::finished, {}, 9999).size() == 4500U);
  advance(31s, 1s);
  BOOST_TEST(engine().list(run_condition::finished).empty());
}

BOOST_AUTO_TEST_CASE(nothing_runs_after_a_step_that_is_to_run_again) {
  int concluded = 0;
  process.step("a", [](step& s) { return s.attempt() == 2; }).retry(1, 1s);
  process
    .step("b",
          [](step& s) -> result<> {
            return s.attempt() == 1 ? result<>{fail("not yet")} : result<>{};
          })
    .retry(1, 1s);
  process.after_step([&](step&) { ++concluded; }).only_for("b");
  interrupted = interrupted_runs::wait;
  for (int moment = 0; moment < 30; ++moment)
    BOOST_TEST_CONTEXT("moment " << moment) {
      concluded = 0;
      auto id = "r" + std::to_string(moment);
      engine().start_as(id, "flow");
      run_all();
      skip(1s);
      for (int i = 0; i < moment; ++i)
        run_one();
      destroy_engine();
      auto ended = stored(id).process("process").step("b").has(status::success);
      BOOST_TEST(concluded == (ended ? 1 : 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()
