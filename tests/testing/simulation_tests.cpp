// SPDX-License-Identifier: MIT
#include "lightflow/testing.hpp"

#include "../support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>

using namespace lightflow;
using namespace lightflow::testing;
using namespace std::chrono_literals;

namespace {

void define_chain(catalog& x) {
  auto& process = x.flow("chain").recoverable().process("one");
  process.step("a", [](step&) { return 1; });
  process.step(
    "b", [](step& self) { return 1 + *self.result<int>("a"); }, "a");
}

/// Fails twice, and waits for half an hour and an hour in between.
void define_patient(catalog& x) {
  auto& process = x.flow("patient").recoverable().process("one");
  process
    .step("slow",
          [](step& self) -> result<> {
            if (self.attempt() < 3)
              return fail("not yet");
            return {};
          })
    .retry(2, 30min);
}

std::string trace_of_chain() {
  simulation world{define_chain};
  world.finish(world.start_as("r", "chain"));
  world.crash();
  world.finish(world.start_as("r", "chain"));
  return world.trace().text();
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulation_tests)

BOOST_AUTO_TEST_CASE(a_run_comes_to_its_end) {
  simulation world{define_chain};
  auto report = world.finish(world.start_as("r", "chain"));
  BOOST_TEST(report.success());
  BOOST_TEST(report.process("one").step("b").result<int>().value() == 2);
  BOOST_TEST(world.now().count() == 0);
}

BOOST_AUTO_TEST_CASE(waits_take_no_time) {
  simulation world{define_patient};
  auto report = world.finish(world.start_as("r", "patient"));
  BOOST_TEST(report.success());
  BOOST_TEST((world.now() == 90min)); // thirty and twice thirty
  BOOST_TEST((report.duration() == 90min));
}

BOOST_AUTO_TEST_CASE(what_comes_due_happens_at_its_time) {
  simulation world{define_patient};
  auto run = world.start_as("r", "patient");
  world.advance(30min - 1ns);
  BOOST_TEST(world.calls("one", "slow") == 1);
  world.advance(1ns);
  BOOST_TEST(world.calls("one", "slow") == 2);
  world.advance(20h);
  BOOST_TEST(run.has_ended());
  BOOST_TEST((run.wait().end() - run.wait().start() == 90min));
  BOOST_TEST((world.now() == 20h + 30min));
}

BOOST_AUTO_TEST_CASE(a_function_can_make_as_if_it_took_long) {
  std::optional<simulation> world;
  world.emplace([&](catalog& x) {
    x.flow_with_process("slow")
      .step("one", [&](step&) { world->advance(2min); })
      .step_timeout(1min);
  });
  auto report = world->finish(world->start_as("r", "slow"));
  BOOST_TEST(report.failed_steps().at(0).has(status::timed_out));
}

BOOST_AUTO_TEST_CASE(a_run_that_gets_nowhere_is_an_error_that_says_why) {
  simulation world{[](catalog& x) {
    define_patient(x);
    x.defaults().process_timeout(-1s).step_timeout(-1s);
  }};
  auto run = world.start_as("r", "patient");
  run.pause();
  BOOST_CHECK_EXCEPTION(world.finish(run), broken_expectation,
                        tests::says({"had not ended after", "resume"}));
}

BOOST_AUTO_TEST_CASE(a_crash_at_a_commit_comes_out_of_the_call_that_led_to_it) {
  simulation world{define_chain};
  world.disk().decide = [](std::size_t number, const journal_batch&) {
    return number == 2 ? commit_fate::crash_after : commit_fate::written;
  };
  BOOST_CHECK_THROW(world.start_as("r", "chain"), program_crashed);
  auto calls = world.calls("one", "a") + world.calls("one", "b");
  BOOST_CHECK_THROW(world.settle(), program_crashed);
  BOOST_CHECK_THROW((void)world.engine().find("r"), program_crashed);
  world.crash();
  BOOST_TEST(world.calls("one", "a") + world.calls("one", "b") == calls);
  BOOST_TEST(world.finish(world.start_as("r", "chain")).success());
  BOOST_TEST(world.repeated().empty());
}

BOOST_AUTO_TEST_CASE(control_of_a_run_can_be_where_the_program_crashes) {
  simulation world{define_patient};
  auto run = world.start_as("r", "patient");
  world.disk().decide = [](auto, auto&) { return commit_fate::crash_after; };
  BOOST_CHECK_THROW(run.pause(), program_crashed);
  world.crash();
  world.disk().decide = nullptr;
  auto found = world.engine().find("r");
  world.settle();
  BOOST_TEST(found->look().has(status::paused));
}

BOOST_AUTO_TEST_CASE(
  a_program_that_crashes_at_its_end_is_cleaned_up_all_the_same) {
  simulation world{define_patient};
  world.start_as("r", "patient");
  world.disk().decide = [](auto, auto&) { return commit_fate::crash_before; };
  world.shut_down();
  world.disk().decide = nullptr;
  BOOST_TEST(world.finish(world.start_as("r", "patient")).success());
}

BOOST_AUTO_TEST_CASE(a_crash_can_take_commits_along_that_were_not_synced) {
  simulation world{[](catalog& x) {
    define_chain(x);
    x.defaults().durability(durability::process);
  }};
  world.finish(world.start_as("r", "chain"));
  auto calls = world.calls("one", "b");
  BOOST_TEST(world.disk().unsynced() > 2);
  world.crash(world.disk().unsynced() - 1);
  BOOST_TEST(world.finish(world.start_as("r", "chain")).success());
  BOOST_TEST(world.calls("one", "b") == calls + 1);
  BOOST_TEST(world.repeated().empty());
}

BOOST_AUTO_TEST_CASE(a_disk_that_fails_for_a_while_is_waited_for) {
  simulation world{define_patient};
  auto run = world.start_as("r", "patient");
  world.fail_disk(2min);
  run.pause();
  BOOST_TEST((world.now() >= 2min));
  BOOST_TEST((world.now() < 3min));
  run.resume();
  BOOST_TEST(world.finish(run).success());
}

BOOST_AUTO_TEST_CASE(the_trace_tells_all_in_order) {
  BOOST_TEST(trace_of_chain()
             == "       0.000 s  program 1 starts\n"
                "       0.000 s  commit 1: run_begun chain\n"
                "       0.000 s  commit 2: process_started one\n"
                "       0.000 s  calls one/a, attempt 1\n"
                "       0.000 s  commit 3: step_started one/a attempt 1\n"
                "       0.000 s  commit 4: step_finished one/a attempt 1 "
                "success\n"
                "       0.000 s  calls one/b, attempt 1\n"
                "       0.000 s  commit 5: step_started one/b attempt 1\n"
                "       0.000 s  commit 6: step_finished one/b attempt 1 "
                "success\n"
                "       0.000 s  commit 7: r is finished\n"
                "       0.000 s  the program is gone\n"
                "       0.000 s  program 2 starts\n");
}

BOOST_AUTO_TEST_CASE(the_same_calls_give_the_same_trace) {
  BOOST_TEST(trace_of_chain() == trace_of_chain());
}

BOOST_AUTO_TEST_SUITE_END()
