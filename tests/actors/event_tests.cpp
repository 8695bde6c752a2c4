// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct event_fixture : deterministic_fixture {
  /// A flow whose `n` steps each make an event.
  void define_failing(int n) {
    auto& process = catalog.flow_with_process("flow");
    process.before_step([](step&) -> result<> { return fail("no"); });
    for (int i = 0; i < n; ++i)
      process.step("s" + std::to_string(i), [](step& s) { s.set("key", 7); });
  }

  std::vector<event> seen;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_tests, event_fixture)

BOOST_AUTO_TEST_CASE(an_event_tells_all_about_what_went_wrong) {
  auto& process = catalog.flow_with_process("flow");
  process.step("a", [](step& s) { s.set("key", 7); });
  process.after_step([](step&) { throw std::runtime_error("bang"); });
  events.handle(event_stage::callback,
                [this](const event& x) { seen.push_back(x); });
  engine().start_as("r1", "flow");
  run_all();
  BOOST_REQUIRE(seen.size() == 1U);
  auto& x = seen[0];
  BOOST_TEST(x.id.size() == 36U);
  BOOST_TEST((x.level == event_level::panic));
  BOOST_TEST((x.stage == event_stage::callback));
  BOOST_TEST((x.layer == layer::step));
  BOOST_TEST(x.flow_name == "flow");
  BOOST_TEST(x.run_id == "r1");
  BOOST_TEST(x.process_name == "flow");
  BOOST_TEST(x.process_id == "r1/flow");
  BOOST_TEST(x.unit_name() == "a");
  BOOST_TEST(x.unit_id() == "r1/flow/a");
  BOOST_TEST((x.time > time_point{}));
  BOOST_TEST(x.details.at("moment") == "after");
  BOOST_TEST(x.details.at("scope") == "process");
  BOOST_TEST(x.details.at("order") == "1");
  BOOST_TEST(x.details.at("necessity") == "may");
  BOOST_TEST(x.cause.message == "bang");
  BOOST_CHECK_THROW(std::rethrow_exception(x.cause.exception),
                    std::runtime_error);
  BOOST_TEST(!x.stack_trace().empty());
  destroy_engine(); // an event outlives what it tells of
  BOOST_TEST(x.get<int>("key").value() == 7);
  BOOST_TEST(!x.get<int>("other"));
}

BOOST_AUTO_TEST_CASE(handlers_of_a_stage_run_until_one_does_not_keep_on) {
  define_failing(1);
  std::string called;
  events.handle(event_stage::callback, [&](const event&) { called += "a"; })
    .handle(event_stage::resource, [&](const event&) { called += "x"; })
    .handle(event_stage::callback,
            [&](const event&) {
              called += "b";
              return false;
            })
    .handle(event_stage::callback, [&](const event&) { called += "c"; });
  start("flow");
  BOOST_TEST(called == "ab");
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_logged_and_nothing_else) {
  define_failing(1);
  events.handle(event_stage::callback,
                [](const event&) { throw std::runtime_error("bang"); });
  BOOST_TEST(start("flow").wait().success());
  BOOST_REQUIRE(log.size() == 2U);
  BOOST_TEST(log[1].find("a handler of event") == 0U);
  BOOST_TEST(log[1].find("threw: bang") != std::string::npos);
  BOOST_TEST(engine().event_counts().handled == 1U);
}

BOOST_AUTO_TEST_CASE(each_event_is_logged_once_unless_its_stage_is_silent) {
  define_failing(2);
  start("flow");
  BOOST_REQUIRE(log.size() == 2U);
  BOOST_TEST(log[0].find("error in callback of step \"s0\"") == 0U);
  BOOST_TEST(log[0].find("no") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_log_can_be_turned_off_per_stage) {
  define_failing(2);
  events.log(event_stage::callback, false);
  start("flow");
  BOOST_TEST(log.empty());
  BOOST_TEST(engine().event_counts().handled == 2U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_turns_events_away_to_the_discard_handlers) {
  // Nothing takes events out of the queue before all steps have run, since
  // this step holds the only thread there is.
  auto& process = catalog.flow_with_process("flow");
  for (int i = 0; i < 20; ++i)
    catalog.resource("r" + std::to_string(i))
      .on_initialize(
        [](resource&, const value&) -> result<int> { return fail("no"); });
  process.step("a", [](step& s) {
    for (int i = 0; i < 20; ++i)
      BOOST_TEST(!s.attach("r" + std::to_string(i)).ok());
  });
  std::vector<std::string> handled;
  std::vector<std::string> discarded;
  events.capacity(5)
    .handle(
      event_stage::resource,
      [&](const event& x) { handled.push_back(x.details.at("resource")); })
    .on_discard(
      [&](const event& x) { discarded.push_back(x.details.at("resource")); });
  start("flow");
  auto counts = engine().event_counts();
  BOOST_TEST(handled
               == (std::vector<std::string>{"r0", "r1", "r2", "r3", "r4"}),
             boost::test_tools::per_element());
  BOOST_TEST(discarded
               == (std::vector<std::string>{"r5", "r6", "r7", "r8", "r9"}),
             boost::test_tools::per_element());
  BOOST_TEST(counts.handled == 5U);
  BOOST_TEST(counts.discarded == 15U);
  BOOST_TEST(counts.unseen == 10U);
}

BOOST_AUTO_TEST_CASE(events_of_a_run_are_handled_before_the_engine_is_gone) {
  define_failing(50);
  events.handlers_at_once(2).handle(
    event_stage::callback, [this](const event& x) { seen.push_back(x); });
  engine().start("flow");
  run_all();
  destroy_engine();
  BOOST_TEST(seen.size() == 50U);
}

BOOST_AUTO_TEST_CASE(options_without_sense_are_refused) {
  BOOST_CHECK_THROW(events.capacity(0), definition_error);
  BOOST_CHECK_THROW(events.handlers_at_once(0), definition_error);
  BOOST_CHECK_THROW(events.time_limit(0s), definition_error);
  BOOST_CHECK_THROW(events.handle(event_stage::callback, event_handler{}),
                    definition_error);
}

BOOST_AUTO_TEST_CASE(events_of_resources_and_flows_have_their_context) {
  auto& flow = catalog.flow("flow");
  auto& process = flow.process("process");
  catalog.resource("db").on_initialize(
    [](resource&, const value&) -> result<int> { return fail("no"); });
  catalog.resource("file").on_release(
    [](resource&) -> result<> { return fail("no"); });
  process.step("a", [](step& s) {
    s.set("key", 1);
    (void)s.attach("db");
    (void)s.attach("file");
  });
  flow.after_flow([](lightflow::flow& f) -> result<> {
    f.set("key", 3);
    return fail("no");
  });
  auto keep = [this](const event& x) { seen.push_back(x); };
  events.handle(event_stage::resource, keep)
    .handle(event_stage::callback, keep);
  start("flow");
  BOOST_REQUIRE(seen.size() == 3U);
  BOOST_TEST(seen[0].unit_name() == "a");
  BOOST_TEST(seen[0].get<int>("key").value() == 1);
  BOOST_TEST(seen[1].unit_name() == "process");
  BOOST_TEST(seen[1].details.at("action") == "release");
  BOOST_TEST(seen[1].get<int>("key").value() == 1); // of its step
  BOOST_TEST((seen[2].layer == layer::flow));
  BOOST_TEST(seen[2].get<int>("key").value() == 3);
}

BOOST_AUTO_TEST_CASE(a_retry_predicate_that_throws_is_an_event) {
  auto& process = catalog.flow_with_process("flow");
  retry_policy policy;
  policy.retries = 3;
  policy.predicate = [](const failure&) -> bool { throw 1; };
  process.step("a", [](step&) { return fail("no"); }).retry(policy);
  events.handle(event_stage::retry,
                [this](const event& x) { seen.push_back(x); });
  auto handle = start("flow");
  BOOST_TEST(handle.wait().process("flow").step("a").attempt() == 1U);
  BOOST_REQUIRE(seen.size() == 1U);
  BOOST_TEST(seen[0].step_name == "a");
}

BOOST_AUTO_TEST_CASE(the_defaults_are_those_of_the_documentation) {
  BOOST_TEST(events.capacity() == 64U);
  BOOST_TEST(events.handlers_at_once() == 16U);
  BOOST_TEST((events.time_limit() == 300s));
}

BOOST_AUTO_TEST_SUITE_END()
