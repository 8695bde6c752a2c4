// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct record_fixture : deterministic_fixture {
  using lines = std::vector<std::string>;

  auto note(std::string what) {
    return [this, what = std::move(what)](auto& unit) {
      rows.push_back(what + " " + unit.id() + " " + to_string(unit.state()));
    };
  }

  void note_all() {
    catalog.flow_records().on_insert(note("+")).on_update(note("="));
    catalog.process_records().on_insert(note("+")).on_update(note("="));
    catalog.step_records().on_insert(note("+")).on_update(note("="));
  }

  void note_durations() {
    auto note = [this](auto& unit) {
      rows.push_back(unit.id() + " " + describe(unit.duration()));
    };
    catalog.flow_records().on_update(note);
    catalog.process_records().on_update(note);
    catalog.step_records().on_update(note);
  }

  run_report run() {
    auto handle = engine().start_as("r1", "flow");
    run_all();
    return handle.wait();
  }

  lines rows;
  process_definition& process = catalog.flow_with_process("flow");
};

} // namespace

#define CHECK_ROWS(...)                                                        \
  BOOST_TEST(rows == (lines{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(record_tests, record_fixture)

BOOST_AUTO_TEST_CASE(each_unit_is_inserted_before_and_updated_after) {
  note_all();
  process.step("a", [this](step&) { rows.push_back("a runs"); });
  BOOST_TEST(run().success());
  CHECK_ROWS("+ r1 pending", "+ r1/flow pending", "+ r1/flow/a pending",
             "a runs", "= r1/flow/a success", "= r1/flow success",
             "= r1 success");
}

BOOST_AUTO_TEST_CASE(updates_tell_the_final_status) {
  note_all();
  process.step("fails", [](step&) { return fail("no"); });
  process.step(
    "cancelled", [](step&) {}, "fails");
  process.step("skipped", [](step&) {}).eq("key", 1);
  process.step("vetoed", [](step&) {});
  process.before_step(must, [](step&) -> result<> { return fail("no"); })
    .only_for("vetoed");
  process.after_process(must, [](auto&) -> result<> { return fail("no"); });
  run();
  CHECK_ROWS("+ r1 pending", "+ r1/flow pending", "+ r1/flow/fails pending",
             "= r1/flow/fails failed|error", "+ r1/flow/skipped pending",
             "= r1/flow/skipped skipped", "+ r1/flow/vetoed pending",
             "= r1/flow/vetoed failed|cancelled|callback_failed",
             "= r1/flow failed|callback_failed", "= r1 failed");
}

BOOST_AUTO_TEST_CASE(a_unit_that_cannot_begin_is_updated_all_the_same) {
  note_all();
  process.step("a", [](step&) {});
  process.before_process(must, [](auto&) -> result<> { return fail("no"); });
  run();
  CHECK_ROWS("+ r1 pending", "+ r1/flow pending",
             "= r1/flow failed|callback_failed", "= r1 failed");
}

BOOST_AUTO_TEST_CASE(a_step_that_timed_out_is_updated) {
  note_all();
  process.step("slow", [](step&) { return fail("again"); })
    .retry({.retries = 1, .initial = 1h})
    .step_timeout(1s);
  auto handle = engine().start_as("r1", "flow");
  run_all();
  advance(2s, 100ms);
  CHECK_ROWS("+ r1 pending", "+ r1/flow pending", "+ r1/flow/slow pending",
             "= r1/flow/slow failed|timed_out", "= r1/flow failed",
             "= r1 failed");
}

BOOST_AUTO_TEST_CASE(updates_tell_how_long_it_took) {
  note_durations();
  process.step("a", [this](step&) { skip(2s); });
  process
    .step(
      "late", [](step&) { return fail("again"); }, "a")
    .retry({.retries = 1, .initial = 1h})
    .step_timeout(3s);
  process.after_step([this](step&) { skip(5s); });
  auto handle = engine().start_as("r1", "flow");
  run_all();
  advance(4s, 1s);
  BOOST_TEST(handle.wait().has(status::failed));
  CHECK_ROWS("r1/flow/a 2000ms", "r1/flow/late 3000ms", "r1/flow 10s",
             "r1 15s");
}

BOOST_AUTO_TEST_CASE(what_runs_after_a_unit_is_no_part_of_its_duration) {
  note_durations();
  auto& flow = catalog.flow("long").process_timeout(30s);
  auto& slow = flow.process("slow").process_timeout(20s);
  slow.step("a", [this](step&) { skip(5s); });
  slow.after_process([this](auto&) { skip(1min); });
  flow.after_flow([this](auto&) { skip(1min); });
  auto handle = engine().start_as("r1", "long");
  run_all();
  BOOST_TEST(handle.wait().process("slow").has(status::callback_failed));
  BOOST_TEST(handle.wait().has(status::callback_failed));
  CHECK_ROWS("r1/slow/a 5000ms", "r1/slow 5000ms", "r1 65s");
}

BOOST_AUTO_TEST_CASE(a_hook_that_fails_is_an_event_and_nothing_else) {
  catalog.flow_records().on_insert(
    [](const lightflow::flow&) -> result<> { return fail("disk full"); });
  catalog.process_records().on_update(
    [](const lightflow::process&) { throw std::runtime_error("bang"); });
  catalog.step_records().on_update(
    [](const step&) -> result<> { return fail("no table"); });
  process.step("a", [](step&) {});
  BOOST_TEST(run().success());
  run_all();
  BOOST_REQUIRE(log.size() == 3U);
  BOOST_TEST(log[0].find(R"(error in record of flow "flow" (id r1), action )"
                         "insert: disk full")
             == 0U);
  BOOST_TEST(log[1].find(R"(error in record of step "a" (id r1/flow/a), )"
                         "action update: no table")
             == 0U);
  BOOST_TEST(log[2].find(R"(panic in record of process "flow")") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
