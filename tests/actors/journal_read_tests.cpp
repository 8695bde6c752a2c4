// SPDX-License-Identifier: MIT
#include "journal_failure_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Runs that are under way when their engine ends: the next one finds them.
struct interrupted_fixture : journal_failure_fixture {
  interrupted_fixture() {
    auto& process = catalog.flow("flow").recoverable().process("p");
    process.retry(1, 1min).step("a", [](step& self) -> result<> {
      if (self.attempt() == 1)
        return fail("not yet");
      return {};
    });
  }

  void interrupt(std::initializer_list<const char*> ids) {
    for (auto id : ids)
      engine().start_as(id, "flow");
    run_all();
    destroy_engine();
  }

  bool has_succeeded(const std::string& id) {
    auto found = disk->find(id);
    return found && found->condition == run_condition::finished;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_read_tests, journal_failure_fixture)

BOOST_AUTO_TEST_CASE(reads_that_fail_are_clear_errors) {
  chain("flow", {"a"});
  engine().start_as("run", "flow").wait();
  restart();
  disk->fail_reads(true);
  disk->fail_lists(true);
  auto unreadable = {std::string_view{"the disk is unreadable"}};
  auto failed = error_code::journal_failed;
  refused([&] { engine().find("run"); }, failed, unreadable);
  refused([&] { engine().recover("run"); }, failed, unreadable);
  refused([&] { engine().start_as("run", "flow"); }, failed, unreadable);
  refused([&] { engine().list(run_condition::finished); }, failed, unreadable);
  BOOST_TEST(start("flow").wait().success()); // which reads nothing
  disk->mend();
  BOOST_TEST(engine().find("run")->wait().success());
}

BOOST_FIXTURE_TEST_CASE(interrupted_runs_wait_until_they_can_be_listed,
                        interrupted_fixture) {
  interrupt({"one", "two"});
  disk->fail_lists(true);
  engine();
  run_all();
  BOOST_TEST(!log.empty());
  BOOST_TEST(log.back().find("could not be listed") != std::string::npos);
  disk->mend();
  advance(100s, 100ms);
  BOOST_TEST(has_succeeded("one"));
  BOOST_TEST(has_succeeded("two"));
}

BOOST_FIXTURE_TEST_CASE(a_run_that_cannot_be_read_waits_and_an_event_tells_so,
                        interrupted_fixture) {
  interrupt({"run"});
  disk->fail_reads(true);
  engine();
  run_all();
  BOOST_TEST(waiting["run"].find("unreadable") != std::string::npos);
  disk->mend();
  auto run = engine().recover("run"); // the engine is well
  advance(61s, 100ms);
  BOOST_TEST(run.wait().success());
}

BOOST_FIXTURE_TEST_CASE(a_damaged_run_keeps_no_other_from_going_on,
                        interrupted_fixture) {
  interrupt({"a-whole", "b-damaged", "c-cut", "d-whole"});
  journal_batch damage;
  damage.records = {{"b-damaged", 1, "garbage"}, {"c-cut", 9, "garbage"}};
  disk->commit(damage, durability::sync);
  engine();
  run_all();
  BOOST_TEST(waiting.size() == 2U);
  BOOST_TEST(waiting["b-damaged"].find("record 1") != std::string::npos,
             waiting["b-damaged"]);
  BOOST_TEST(waiting["c-cut"].find("missing") != std::string::npos,
             waiting["c-cut"]);
  advance(61s, 100ms);
  BOOST_TEST(has_succeeded("a-whole"));
  BOOST_TEST(has_succeeded("d-whole"));
  refused([&] { engine().recover("b-damaged"); }, error_code::bad_encoding,
          {"record 1", "b-damaged"});
  refused([&] { engine().recover("c-cut"); }, error_code::bad_encoding,
          {"c-cut", "missing"});
  BOOST_TEST(engine().list(run_condition::running).size() == 2U);
}

// -- one engine at a time -----------------------------------------------------

BOOST_AUTO_TEST_CASE(a_journal_serves_one_engine_at_a_time) {
  chain("flow", {"a"});
  start("flow").wait();
  engine_options options;
  options.journal = journal;
  for (int i = 0; i < 2; ++i) // the refusal changes nothing
    refused([&] { lightflow::engine second(catalog, options); },
            error_code::journal_locked,
            {"the journal is used by another engine", "destroy that one"});
  destroy_engine();
  lightflow::engine second(catalog, options);
  BOOST_TEST(second.run("flow").success());
  refused([&] { engine(); }, error_code::journal_locked, {});
}

BOOST_AUTO_TEST_SUITE_END()
