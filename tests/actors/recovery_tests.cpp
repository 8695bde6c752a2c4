// SPDX-License-Identifier: MIT
#include "recovery_fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(recovery_tests, recovery_fixture)

// -- what runs again ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_suspended_run_does_again_what_did_not_succeed) {
  process.step("a", working("a"));
  process.step("b", working("b"), "a");
  process.step("c", working("c"), "b");
  process.step("d", working("d"), "a");
  fails["b"] = 1;
  auto report = run_flow();
  BOOST_TEST(report.has(status::suspended));
  BOOST_TEST(report.process("process").has(status::suspended));
  BOOST_TEST(report.process("process").step("c").has(status::cancelled));
  report = recover();
  BOOST_TEST(report.success(), report.errors());
  CHECK_HAPPENED("b", "c");
  restart();
  BOOST_TEST(found().wait().success());
  CHECK_HAPPENED("b", "c");
}

BOOST_AUTO_TEST_CASE(a_process_that_succeeded_does_not_run_again) {
  auto& good = flow.process("good");
  good.before_process(noting("before good"));
  good.step("fine", working("fine"));
  good.after_process(noting("after good"));
  process.step("a", working("a"));
  fails["a"] = 1;
  run_flow();
  restart();
  auto report = recover();
  BOOST_TEST(report.success());
  CHECK_HAPPENED("a");
  BOOST_TEST(!report.process("good").has(status::recovering));
  BOOST_TEST(report.process("good").step("fine").result<int>().value() == 4);
}

BOOST_AUTO_TEST_CASE(units_that_run_again_have_the_status_recovering) {
  process.step("a", working("a"));
  process.step("b", working("b"), "a");
  process.step(
    "c",
    [this](step& self) {
      auto now = found().look();
      happened.push_back(to_string(now.state()));
      happened.push_back(to_string(now.process("process").state()));
      happened.push_back(
        to_string(now.process("process").step(self.name()).state()));
    },
    "b");
  fails["b"] = 1;
  run_flow();
  auto report = recover();
  CHECK_HAPPENED("b", "pending|recovering", "pending|recovering",
                 "pending|recovering");
  BOOST_TEST(report.state() == (status::success | status::recovering));
  auto done = report.process("process");
  BOOST_TEST(done.state() == (status::success | status::recovering));
  BOOST_TEST(done.step("a").state() == status::success);
  BOOST_TEST(done.step("b").state() == (status::success | status::recovering));
  BOOST_TEST(done.step("c").state() == (status::success | status::recovering));
}

BOOST_AUTO_TEST_CASE(steps_that_threw_timed_out_or_were_stopped_run_again) {
  process.step("throws", [this](step&) {
    happened.push_back("throws");
    if (!may_fail("throws"))
      throw std::runtime_error("no");
  });
  process.step("late", working("late")).retry(1, 1h).step_timeout(1s);
  process.step("stopped", working("stopped")).retry(1, 2h);
  process.step("not_begun", working("not_begun"), "stopped");
  fails["throws"] = fails["late"] = fails["stopped"] = 1;
  auto run = start_flow();
  advance(2s, 100ms);
  BOOST_TEST(run.stop());
  auto report = run.wait();
  BOOST_TEST(report.has(status::stopped, status::suspended));
  auto p = report.process("process");
  BOOST_TEST(p.step("throws").has(status::panicked));
  BOOST_TEST(p.step("late").has(status::timed_out));
  BOOST_TEST(p.step("stopped").has(status::stopped));
  BOOST_TEST(p.step("not_begun").has(status::cancelled));
  restart();
  report = recover();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(!report.has(status::stopped));
  CHECK_HAPPENED("throws", "late", "stopped", "not_begun");
}

BOOST_AUTO_TEST_CASE(a_process_that_timed_out_goes_on) {
  process.step("a", working("a"));
  process.step("b", working("b"), "a").retry(1, 1h);
  process.step("c", working("c"), "b");
  process.process_timeout(1s);
  fails["b"] = 1;
  auto run = start_flow();
  advance(2s, 100ms);
  BOOST_TEST(run.wait().process("process").has(status::timed_out));
  restart();
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
  CHECK_HAPPENED("b", "c");
}

BOOST_AUTO_TEST_CASE(conditions_that_were_met_are_not_asked_again) {
  int asked = 0;
  auto ask = [&](step&) { return ++asked == 1; };
  process.step("a", working("a")).if_(ask);
  fails["a"] = 1;
  run_flow();
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("a");
  BOOST_TEST(asked == 1);
}

BOOST_AUTO_TEST_CASE(what_was_skipped_stays_skipped) {
  process.step("a", working("a"));
  int asked = 0;
  process.step("b", working("b"))
    .if_([&](step&) { return ++asked > 1; })
    .skip_with_dependents();
  process.step("c", working("c"), "b");
  fails["a"] = 1;
  run_flow();
  restart();
  auto report = recover();
  BOOST_TEST(report.success());
  CHECK_HAPPENED("a");
  BOOST_TEST(report.process("process").step("c").has(status::skipped));
}

BOOST_AUTO_TEST_CASE(a_cancelled_dependent_of_a_skipped_step_is_skipped_then) {
  process.step("a", working("a"));
  process.step("slow", working("slow"));
  process.step("skips", working("skips"), "slow")
    .eq("no", 1)
    .skip_with_dependents("kept");
  process.step("both", working("both"), "a", "skips");
  process.step("after", working("after"), "both");
  process.step("kept", working("kept"), "a", "skips");
  fails["a"] = 1;
  auto report = run_flow();
  BOOST_TEST(report.process("process").step("both").has(status::cancelled));
  restart();
  report = recover();
  BOOST_TEST(report.success());
  BOOST_TEST(report.process("process").step("both").has(status::skipped));
  BOOST_TEST(report.process("process").step("after").has(status::skipped));
  CHECK_HAPPENED("a", "kept");
}

// -- what is there again ------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_context_is_what_it_was) {
  process.step("a", [](step& x) {
    x.set("key", 1);
    x.set("text", "one");
    return std::string{"result"};
  });
  process.step("beside", [](step& x) { x.set("key", 2); });
  process.step(
    "b",
    [this](step& x) -> result<> {
      BOOST_TEST(x.get<int>("key").value() == 1);
      BOOST_TEST(x.get<std::string>("text").value() == "one");
      BOOST_TEST(x.get<int>("input").value() == 7);
      BOOST_TEST(x.result<std::string>("a").value() == "result");
      BOOST_TEST(!x.result<std::string>("beside"));
      happened.push_back("b");
      return may_fail("b");
    },
    "a");
  process
    .step(
      "c",
      [](step& x) {
        BOOST_TEST(x.get<int>("key").value() == 2);
        BOOST_TEST(x.end_values<int>("key").size() == 2U);
      },
      "b", "beside")
    .restrict("key", "beside");
  fails["b"] = 2;
  run_flow({{"input", 7}});
  restart();
  BOOST_TEST(!recover().success());
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
  CHECK_HAPPENED("b");
  BOOST_TEST(report.get<int>("input").value() == 7);
}

BOOST_AUTO_TEST_CASE(a_step_goes_on_from_what_it_had_set_itself) {
  process.step("a", working("a")).retry(1);
  process.step(
    "reads", [](step& x) { return x.get<int>("by a").value(); }, "a");
  fails["a"] = 3;
  run_flow();
  restart();
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(report.process("process").step("reads").result<int>().value()
             == 4);
}

BOOST_AUTO_TEST_CASE(retries_start_anew) {
  process.step("a", working("a")).retry(2);
  fails["a"] = 8;
  run_flow();
  CHECK_HAPPENED("a", "a", "a");
  restart();
  BOOST_TEST(!recover().success());
  CHECK_HAPPENED("a", "a", "a");
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("a", "a", "a");
}

BOOST_AUTO_TEST_CASE(the_idempotency_key_stays) {
  process.step("a", [this](step& x) {
    happened.push_back(x.idempotency_key());
    return may_fail("a");
  });
  fails["a"] = 2;
  run_flow();
  CHECK_HAPPENED("r1/process/a");
  recover();
  restart();
  CHECK_HAPPENED("r1/process/a");
  recover();
  CHECK_HAPPENED("r1/process/a");
}

BOOST_AUTO_TEST_CASE(errors_of_the_run_before_are_gone_after_success) {
  process.step("a", working("a"));
  fails["a"] = 1;
  BOOST_TEST(!run_flow().errors().empty());
  auto report = recover();
  BOOST_TEST(report.errors().empty(), report.errors());
  restart();
  BOOST_TEST(found().wait().errors().empty());
}

// -- which runs can be recovered ----------------------------------------------

BOOST_AUTO_TEST_CASE(a_recovery_that_fails_suspends_again) {
  process.step("a", working("a"));
  fails["a"] = 6;
  BOOST_TEST(run_flow().has(status::suspended));
  for (int i = 0; i < 5; ++i) {
    if (i % 2 == 1)
      restart();
    auto report = recover();
    BOOST_TEST(report.has(status::suspended, status::recovering));
    BOOST_TEST(engine().list(run_condition::suspended).size() == 1U);
  }
  BOOST_TEST(recover().success());
  BOOST_TEST(engine().list(run_condition::suspended).empty());
  BOOST_TEST(engine().list(run_condition::finished).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_handle_recovers_its_run_and_keeps_the_old_end) {
  process.step("a", working("a"));
  fails["a"] = 1;
  auto old = start_flow();
  auto now = old.recover();
  BOOST_TEST(now.wait().success());
  BOOST_TEST(old.wait().has(status::suspended));
  fails["a"] = 1;
  auto other = engine().start("flow"); // with an id of the engine's
  other.wait();
  restart();
  BOOST_CHECK_EXCEPTION(other.recover(), error, [](auto& e) {
    return e.code() == error_code::engine_closed;
  });
  BOOST_TEST(found(other.id()).recover().wait().success());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_recovered_is_told) {
  process.step("a", working("a")).retry(1, 1h);
  BOOST_CHECK_EXCEPTION(engine().recover("r1"), error,
                        code_is(error_code::unknown_run));
  BOOST_TEST(run_flow().success());
  BOOST_CHECK_EXCEPTION(engine().recover("r1"), error,
                        says({"r1", "succeeded"}));
  fails["a"] = 1;
  auto run = engine().start_as("r2", "flow");
  BOOST_CHECK_EXCEPTION(engine().recover("r2"), error,
                        says({"r2", "under way"}));
  BOOST_CHECK_EXCEPTION(run.recover(), error,
                        code_is(error_code::not_recoverable));
  catalog.flow_with_process("plain").step("a", noting("plain"));
  engine().start_as("r3", "plain").wait();
  BOOST_CHECK_EXCEPTION(engine().recover("r3"), error,
                        says({"r3", "not kept in the journal"}));
}

BOOST_AUTO_TEST_CASE(hooks_of_records_are_told_of_an_insert_once) {
  auto note = [this](const char* what) {
    return [this, what](auto& x) {
      happened.push_back(what + x.name() + " " + to_string(x.state()));
    };
  };
  catalog.flow_records().on_insert(note("+")).on_update(note("="));
  catalog.process_records().on_insert(note("+")).on_update(note("="));
  catalog.step_records().on_insert(note("+")).on_update(note("="));
  process.step("a", working("a"));
  process.step("b", working("b"), "a");
  fails["a"] = 2;
  run_flow();
  happened.clear();
  recover();
  restart();
  auto report = recover();
  CHECK_HAPPENED("a", "=a recovering|success", "+b pending|recovering", "b",
                 "=b recovering|success", "=process recovering|success",
                 "=flow recovering|success");
}

BOOST_AUTO_TEST_SUITE_END()
