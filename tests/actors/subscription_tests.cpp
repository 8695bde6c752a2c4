// SPDX-License-Identifier: MIT
#include "message_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

#define CHECK_HEARD(...)                                                       \
  BOOST_TEST(heard == (lines{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

using lines = std::vector<std::string>;

struct subscription_fixture : message_fixture {
  lines heard;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(subscription_tests, subscription_fixture)

BOOST_AUTO_TEST_CASE(completions_come_from_the_bottom_to_the_top) {
  auto& process = catalog.flow_with_process("flow");
  process.step("a", [](step&) {});
  process.step("b", [](step&) {}).after("a");
  tell(messages::subscribe{spawn_subscriber(heard)});
  ask(messages::run{"flow", {}, "r1"});
  CHECK_HEARD("step r1/flow/a success", "step r1/flow/b success",
              "process r1/flow success", "run r1 success");
}

BOOST_AUTO_TEST_CASE(steps_that_never_ran_are_told_of_with_their_process) {
  auto& process = catalog.flow_with_process("flow");
  process.step("fails", [](step&) { return fail("no"); });
  process.step("after", [](step&) {}).after("fails");
  process.step("aside", [](step&) {});
  tell(messages::subscribe{spawn_subscriber(heard)});
  ask(messages::run{"flow", {}, "r1"});
  CHECK_HEARD("step r1/flow/fails failed|error", "step r1/flow/aside success",
              "step r1/flow/after failed|cancelled", "process r1/flow failed",
              "run r1 failed");
}

BOOST_AUTO_TEST_CASE(events_come_before_what_they_led_to) {
  auto& process = catalog.flow_with_process("flow");
  process.step("a", [](step&) {});
  process.after_step([](auto&) -> result<bool> { return fail("odd"); });
  tell(messages::subscribe{spawn_subscriber(heard)});
  ask(messages::run{"flow", {}, "r1"});
  BOOST_REQUIRE(heard.size() == 4u);
  BOOST_TEST(heard[0] == "event r1 callback: odd");
  BOOST_TEST(heard[1] == "step r1/flow/a success");
}

BOOST_AUTO_TEST_CASE(a_step_that_times_out_is_told_of_once) {
  catalog.flow_with_process("flow")
    .step("late", [](step&) { return fail("no"); })
    .retry(1, 1h)
    .step_timeout(1s);
  tell(messages::subscribe{spawn_subscriber(heard)});
  tell(messages::start{"flow", {}, "r1"});
  advance(2s, 100ms);
  CHECK_HEARD("step r1/flow/late failed|timed_out", "process r1/flow failed",
              "run r1 failed");
}

BOOST_AUTO_TEST_CASE(a_subscriber_hears_of_its_run_or_flow_only) {
  for (auto name : {"first", "second"})
    catalog.flow_with_process(name).step("a", [](step&) {});
  lines of_flow;
  tell(messages::subscribe{spawn_subscriber(heard), "r2"});
  tell(messages::subscribe{spawn_subscriber(of_flow), "", "second"});
  ask(messages::run{"first", {}, "r1"});
  ask(messages::run{"first", {}, "r2"});
  ask(messages::run{"second", {}, "r3"});
  CHECK_HEARD("step r2/first/a success", "process r2/first success",
              "run r2 success");
  BOOST_TEST(of_flow.size() == 3u);
  BOOST_TEST(of_flow.back() == "run r3 success");
}

BOOST_AUTO_TEST_CASE(what_several_subscriptions_cover_is_told_once) {
  catalog.flow_with_process("flow").step("a", [](step&) {});
  auto subscriber = spawn_subscriber(heard);
  tell(messages::subscribe{subscriber});
  tell(messages::subscribe{subscriber});
  tell(messages::subscribe{subscriber, "r1"});
  tell(messages::subscribe{subscriber, "", "flow"});
  ask(messages::run{"flow", {}, "r1"});
  BOOST_TEST(heard.size() == 3u);
}

BOOST_AUTO_TEST_CASE(who_unsubscribes_hears_no_more) {
  catalog.flow_with_process("flow").step("a", [](step&) {});
  auto subscriber = spawn_subscriber(heard);
  tell(messages::subscribe{subscriber});
  tell(messages::subscribe{subscriber, "r2"});
  tell(messages::unsubscribe{subscriber});
  tell(messages::unsubscribe{subscriber, "other"});
  ask(messages::run{"flow", {}, "r1"});
  BOOST_TEST(heard.empty());
  ask(messages::run{"flow", {}, "r2"});
  BOOST_TEST(heard.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_ends_is_forgotten) {
  catalog.flow_with_process("flow").step("a", [](step&) {});
  auto subscriber = spawn_subscriber(heard);
  tell(messages::subscribe{subscriber});
  caf::anon_send_exit(subscriber, caf::exit_reason::user_shutdown);
  run_all();
  ask(messages::run{"flow", {}, "r1"});
  BOOST_TEST(heard.empty());
}

BOOST_AUTO_TEST_CASE(a_recovered_run_tells_of_what_runs_again_only) {
  auto& process = recoverable_process();
  process.step("a", working("a"));
  process.step("b", working("b")).after("a");
  fails["b"] = 1;
  ask(messages::run{"flow", {}, "r1"});
  tell(messages::subscribe{spawn_subscriber(heard)});
  ask(messages::recover{"r1"});
  CHECK_HEARD("step r1/flow/b recovering|success",
              "process r1/flow recovering|success",
              "run r1 recovering|success");
}

BOOST_AUTO_TEST_CASE(subscriptions_that_make_no_sense_are_refused) {
  catalog.flow("flow");
  auto who = spawn_subscriber(heard);
  auto refused = [&](auto what, error_code code) {
    auto refusal = request<caf::unit_t>(what)->refusal;
    BOOST_REQUIRE(refusal);
    BOOST_TEST((refusal->code() == code));
  };
  refused(messages::subscribe{who, "", "other"}, error_code::unknown_flow);
  refused(messages::subscribe{who, "a b"}, error_code::bad_run_id);
  refused(messages::subscribe{who, "r1", "flow"}, error_code::bad_request);
  refused(messages::unsubscribe{who, "r1", "flow"}, error_code::bad_request);
}

BOOST_AUTO_TEST_SUITE_END()
