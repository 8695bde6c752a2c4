// SPDX-License-Identifier: MIT
// An id is of one run, whoever starts, finds or recovers it at the same time.
#include "../../actors/src/run_channel.hpp"
#include "../support/failing_journal.hpp"

#include "message_fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// A flow that is kept in the journal, and one that is not.
struct same_id_fixture : message_fixture {
  same_id_fixture() {
    journal = disk;
    kept.retry(1, 1min).step("step", [this](step& self) -> result<> {
      ++runs_of_kept;
      if (waits && self.attempt() == 1)
        return fail("not yet");
      return {};
    });
    plain.retry(1, 1min).step("step", [this](step& self) -> result<> {
      ++runs_of_plain;
      if (waits && self.attempt() == 1)
        return fail("not yet");
      return {};
    });
  }

  /// As if the program had ended with the run under way.
  void interrupt() {
    waits = true;
    engine().start_as("run", "kept");
    run_all();
    destroy_engine();
    waits = false;
    runs_of_kept = 0;
  }

  /// Does the next so many things, if there are as many.
  void run_some(int n) {
    try {
      for (int i = 0; i < n; ++i)
        run_one();
    } catch (const std::runtime_error&) {
      // CAF's way to say that there is nothing to do.
    }
  }

  auto ask_for(std::string flow) {
    return tests::request<messages::run_status>(
      front(), messages::start{std::move(flow), {}, "run"});
  }

  std::shared_ptr<failing_journal> disk = std::make_shared<failing_journal>();
  process_definition& kept
    = catalog.flow("kept").recoverable().process("process");
  process_definition& plain = catalog.flow_with_process("plain");
  bool waits = false;
  int runs_of_kept = 0;
  int runs_of_plain = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(same_id_tests, same_id_fixture)

BOOST_AUTO_TEST_CASE(a_start_that_is_not_kept_finds_the_run_of_the_journal) {
  engine().start_as("run", "kept").wait();
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(engine().start_as("run", "plain").wait().success());
    destroy_engine();
  }
  BOOST_TEST(runs_of_kept == 1);
  BOOST_TEST(runs_of_plain == 0);
}

BOOST_AUTO_TEST_CASE(a_start_that_is_not_kept_joins_a_run_that_is_recovered) {
  interrupt();
  auto run = engine().start_as("run", "plain"); // it is being read
  advance(61s, 100ms);
  BOOST_TEST(run.wait().success());
  BOOST_TEST(runs_of_kept == 1);
  BOOST_TEST(runs_of_plain == 0);
}

BOOST_AUTO_TEST_CASE(whoever_looks_for_a_run_while_it_begins_gets_it) {
  for (auto flow : {"kept", "plain"})
    for (int moment = 0; moment < 30; ++moment)
      BOOST_TEST_CONTEXT(flow << ", moment " << moment) {
        auto recovered = tests::request<messages::run_status>(
          front(), messages::recover{"run"});
        run_some(moment);
        auto started = ask_for(flow);
        run_all();
        BOOST_TEST(started->answer.has_value());
        BOOST_TEST(!recovered->is_open());
        BOOST_TEST(engine().find("run")->wait().success());
        BOOST_TEST(runs_of_kept + runs_of_plain == 1);
        engine().forget("run");
        destroy_engine();
        runs_of_kept = runs_of_plain = 0;
      }
}

BOOST_AUTO_TEST_CASE(no_start_is_answered_with_a_run_that_is_none) {
  for (int moment = 0; moment < 40; ++moment)
    BOOST_TEST_CONTEXT("moment " << moment) {
      engine();
      run_all();
      disk->fail_commits(1);
      auto first = ask_for("kept");
      run_some(moment);
      auto second = ask_for("kept");
      run_all();
      BOOST_TEST(!second->is_open());
      advance(200ms, 10ms);
      BOOST_TEST(first->refusal.has_value());
      BOOST_TEST(second->answer.has_value()
                 == engine().find("run").has_value());
      engine().forget("run");
      run_all();
      destroy_engine();
      disk->mend();
    }
}

// -- forgetting ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_run_that_is_not_kept_is_remembered_until_forgotten) {
  for (bool has_journal : {true, false}) {
    runs_of_plain = 0;
    journal = has_journal ? disk : nullptr;
    for (int i = 0; i < 2; ++i)
      BOOST_TEST(engine().start_as("run", "plain").wait().success());
    BOOST_TEST(runs_of_plain == 1);
    BOOST_TEST(engine().forget("run"));
    BOOST_TEST(!engine().find("run").has_value());
    BOOST_TEST(engine().forget("run")); // as any that there is not
    BOOST_TEST(engine().start_as("run", "plain").wait().success());
    BOOST_TEST(runs_of_plain == 2);
    destroy_engine();
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_is_not_kept_is_not_forgotten_under_way) {
  journal = nullptr;
  waits = true;
  auto run = engine().start_as("run", "plain");
  run_all();
  BOOST_TEST(!engine().forget("run"));
  BOOST_TEST(engine().find("run").has_value());
  advance(61s, 100ms);
  BOOST_TEST(engine().forget("run"));
  BOOST_TEST(run.wait().success()); // whoever has it keeps it
}

// -- channels -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_first_reason_why_a_run_will_not_end_stays) {
  run_channel channel{"run", nullptr};
  BOOST_TEST(!channel.refusal().has_value());
  int told = 0;
  channel.when_decided([&] { ++told; });
  channel.close({error_code::journal_failed, "first"});
  channel.close({error_code::engine_closed, "second"});
  BOOST_TEST(told == 1);
  BOOST_TEST(std::string{channel.refusal()->what()} == "first");
  BOOST_CHECK_EXCEPTION(channel.wait(0s), error,
                        code_is(error_code::journal_failed));
}

BOOST_AUTO_TEST_SUITE_END()
