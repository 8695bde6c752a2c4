// SPDX-License-Identifier: MIT
#include "journal_failure_fixture.hpp"

#include <algorithm>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(journal_failure_tests, journal_failure_fixture)

// -- starting -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_start_that_cannot_be_written_leaves_no_run) {
  chain("flow", {"a"});
  for (bool written : {false, true})
    BOOST_TEST_CONTEXT("written all the same: " << written) {
      auto id = written ? "written" : "lost";
      break_disk(2, written);
      refused([&] { engine().start_as(id, "flow"); },
              error_code::journal_failed,
              {id, "could not begin", "the disk is broken"});
      refused([&] { engine().start_as("other", "flow"); },
              error_code::journal_failed, {"cannot be written"});
      BOOST_TEST(runs["a"] == 0);
      advance(1s);
      BOOST_TEST(!knows(id));
      BOOST_TEST(!knows("other"));
      BOOST_TEST(disk->records_of(id).value() == 0U);
      BOOST_TEST(!engine().find(id).has_value());
    }
  BOOST_TEST(stood_still.empty()); // whoever started it knows
}

BOOST_AUTO_TEST_CASE(many_that_cannot_be_written_leave_no_run) {
  chain("flow", {"a"});
  break_disk(1);
  refused([&] { engine().start_all("flow", std::vector<inputs>(5)); },
          error_code::journal_failed, {"could not begin"});
  advance(1s);
  BOOST_TEST(runs["a"] == 0);
  for (auto x : {run_condition::running, run_condition::finished})
    BOOST_TEST(engine().list(x).empty());
}

BOOST_AUTO_TEST_CASE(a_start_succeeds_as_soon_as_the_disk_does) {
  chain("flow", {"a"});
  break_disk(1);
  refused([&] { engine().start_as("run", "flow"); }, error_code::journal_failed,
          {"run"});
  advance(100ms);
  BOOST_TEST(engine().start_as("run", "flow").wait().success());
  restart();
  BOOST_TEST(engine().find("run")->wait().success());
  BOOST_TEST(runs["a"] == 1);
}

BOOST_AUTO_TEST_CASE(what_is_left_of_a_refused_start_is_no_run) {
  chain("flow", {"a"});
  break_disk(1, true);
  for (int i = 0; i < 2; ++i) // the second time, it is in the journal
    refused([&] { engine().start_as("run", "flow"); },
            error_code::journal_failed, {"run"});
  BOOST_TEST(runs["a"] == 0);
  advance(100ms);
  BOOST_TEST(!knows("run"));
  BOOST_TEST(engine().start_as("run", "flow").wait().success());
  BOOST_TEST(disk->records_of("run").has_value());
  restart();
  BOOST_TEST(engine().find("run")->wait().success());
}

// -- runs under way -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_run_stands_still_until_the_journal_can_be_written) {
  chain("flow", {"a", "b"});
  for (bool written : {false, true}) {
    runs.clear();
    stood_still.clear();
    when_run("a", [&] { break_disk(3, written); });
    auto run = start("flow");
    BOOST_TEST(runs["a"] == 1);
    BOOST_TEST(runs["b"] == 0);
    BOOST_TEST(stood_still[run.id()] == 1);
    BOOST_TEST(!run.wait_for(0s).has_value());
    auto step = run.look().process("in_flow").step("a");
    BOOST_TEST(step.state() == status::pending);
    advance(250ms); // the second try failed
    BOOST_TEST(runs["b"] == 0);
    advance(2s);
    BOOST_TEST(run.wait().success());
    BOOST_TEST(runs["a"] == 1);
    BOOST_TEST(runs["b"] == 1);
    BOOST_TEST(stood_still[run.id()] == 1);
    BOOST_TEST(disk->records_of(run.id()).has_value());
    restart();
    BOOST_TEST(engine().find(run.id())->wait().success());
  }
}

BOOST_AUTO_TEST_CASE(each_outage_is_one_event_of_each_run_it_concerns) {
  chain("one", {"a", "b", "c"});
  chain("two", {"x", "y"});
  when_run("x", [&] { break_disk(); });
  auto two = start("two");
  refused([&] { start("one"); }, error_code::journal_failed, {});
  advance(20s, 50ms);
  BOOST_TEST(stood_still.size() == 1U);
  BOOST_TEST(stood_still[two.id()] == 1);
  disk->mend();
  advance(5s, 50ms);
  BOOST_TEST(two.wait().success());
  when_run("a", [&] { break_disk(2); });
  when_run("c", [&] { break_disk(2); });
  auto run = start("one");
  advance(10s, 50ms);
  BOOST_TEST(run.wait().success());
  BOOST_TEST(stood_still[run.id()] == 2);
  BOOST_TEST(stood_still[two.id()] == 1);
}

BOOST_AUTO_TEST_CASE(all_runs_under_way_go_on_by_themselves) {
  constexpr int many = 10;
  auto& process = chain("flow", {"a", "b"});
  // All wait for another attempt when the disk breaks.
  process.retry(1, 1s).step("first", [&](step& self) -> result<> {
    if (self.attempt() == 1)
      return fail("not yet");
    return {};
  });
  std::vector<run_handle> all;
  for (int i = 0; i < many; ++i)
    all.push_back(start("flow"));
  break_disk();
  advance(10s, 50ms);
  for (auto& x : all) {
    BOOST_TEST(!x.wait_for(0s).has_value());
    BOOST_TEST(stood_still[x.id()] == 1);
  }
  disk->mend();
  advance(6s, 50ms);
  for (auto& x : all)
    BOOST_TEST(x.wait().success());
}

BOOST_AUTO_TEST_CASE(runs_that_are_not_recoverable_are_not_concerned) {
  chain("flow", {"a"});
  catalog.flow_with_process("plain").step("step", [](step&) {});
  when_run("a", [&] { break_disk(); });
  auto run = start("flow");
  BOOST_TEST(!run.wait_for(0s).has_value());
  auto plain = start("plain");
  BOOST_TEST(plain.wait().success());
  BOOST_TEST(!stood_still.contains(plain.id()));
  disk->mend();
  advance(1s);
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_run_is_not_told_before_it_is_written) {
  auto& process = chain("flow", {"a"});
  process.after_process([&](lightflow::process&) { break_disk(); });
  auto run = start("flow");
  BOOST_TEST(runs["a"] == 1);
  BOOST_TEST(!run.wait_for(0s).has_value());
  BOOST_TEST((disk->find(run.id())->condition == run_condition::running));
  BOOST_TEST(run.look().state() == status::pending);
  disk->mend();
  advance(1s);
  BOOST_TEST(run.wait().success());
  BOOST_TEST((disk->find(run.id())->condition == run_condition::finished));
}

BOOST_AUTO_TEST_CASE(callbacks_that_end_in_time_are_not_late_for_the_disk) {
  int late = 0;
  events.handle(event_stage::callback, [&](const event&) { ++late; });
  auto& flow = catalog.flow("flow").recoverable();
  flow.process_timeout(1s);
  flow.before_flow([&](lightflow::flow&) { break_disk(); });
  flow.process("process").step("step", [](step&) {});
  auto run = start("flow");
  advance(5s, 50ms);
  BOOST_TEST(late == 0);
  disk->mend();
  advance(6s, 50ms);
  BOOST_TEST(run.wait().success());
  BOOST_TEST(late == 0);
}

BOOST_AUTO_TEST_CASE(the_time_of_a_step_runs_out_while_its_failure_is_written) {
  int attempts = 0;
  auto& process = catalog.flow("flow").recoverable().process("p");
  process
    .step("a",
          [&](step&) -> result<> {
            ++attempts;
            break_disk();
            return fail("no");
          })
    .retry(1, 1min)
    .step_timeout(1s);
  auto run = start("flow");
  advance(2s, 100ms);
  disk->mend();
  advance(10s, 100ms);
  BOOST_REQUIRE(run.has_ended());
  BOOST_TEST(run.wait().process("p").step("a").has(status::timed_out));
  BOOST_TEST(attempts == 1);
}

BOOST_AUTO_TEST_CASE(a_run_that_fails_on_a_broken_disk_can_be_recovered) {
  auto& process = chain("flow", {"a"});
  auto fails = true;
  process.step(
    "bad",
    [&](step&) -> result<> {
      break_disk(3);
      if (std::exchange(fails, false))
        return fail("no");
      return {};
    },
    "a");
  auto run = start("flow");
  advance(2s);
  BOOST_TEST(run.wait().has(status::suspended));
  auto again = engine().recover(run.id());
  run_all();
  advance(2s);
  BOOST_TEST(again.wait().success());
  BOOST_TEST(runs["a"] == 1);
}

// -- removing -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(runs_that_expire_on_a_broken_disk_are_removed_once) {
  configure = [](auto& options) { options.retention = 1h; };
  chain("flow", {"a"});
  for (auto id : {"one", "two", "three"})
    engine().start_as(id, "flow").wait();
  std::size_t most = 0; // runs to be removed, in one batch
  disk->fail_from([&](const journal_batch& x) {
    most = std::max(most, x.erased.size());
    return false;
  });
  break_disk();
  advance(90min, 10s);
  BOOST_TEST(most == 3U);
  disk->mend();
  advance(10s, 1s);
  BOOST_TEST(engine().list(run_condition::finished).empty());
  engine().start_as("later", "flow").wait(); // whose time comes, too
  advance(61min, 10s);
  BOOST_TEST(engine().list(run_condition::finished).empty());
}

// -- the end of the engine ----------------------------------------------------

BOOST_AUTO_TEST_CASE(an_engine_ends_on_a_broken_disk_and_the_next_goes_on) {
  chain("flow", {"a", "b", "c"});
  for (bool written : {false, true}) {
    runs.clear();
    when_run("b", [&] { break_disk(failing_journal::always, written); });
    auto run = start("flow");
    destroy_engine();
    BOOST_CHECK_EXCEPTION(run.wait(), error, [](const error& e) {
      return e.code() == error_code::engine_closed;
    });
    BOOST_TEST(disk->records_of(run.id()).has_value());
    restart();
    BOOST_TEST(engine().find(run.id())->wait().success());
    BOOST_TEST(runs["a"] == 1);
    BOOST_TEST(runs["b"] == 2);
    BOOST_TEST(runs["c"] == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_journal_is_free_once_its_engine_is_gone) {
  chain("flow", {"a", "b"});
  when_run("a", [&] { break_disk(); });
  auto run = start("flow");
  BOOST_TEST(stood_still[run.id()] == 1); // and the writer waits to try again
  destroy_engine();
  BOOST_TEST(disk.use_count() == 2); // of the fixture
}

BOOST_AUTO_TEST_SUITE_END()
