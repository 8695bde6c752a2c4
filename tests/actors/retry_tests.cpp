// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(retry_tests, deterministic_fixture)

BOOST_AUTO_TEST_CASE(an_error_and_a_throw_are_both_retried) {
  auto& process = catalog.flow_with_process("flow");
  process
    .step("third_time_lucky",
          [](step& s) -> result<int> {
            if (s.attempt() == 1)
              return fail("first");
            if (s.attempt() == 2)
              throw std::runtime_error("second");
            return 3;
          })
    .retry(2);
  auto run = start("flow").wait();
  BOOST_TEST(run.success());
  auto step = run.process("flow").step("third_time_lucky");
  BOOST_TEST(step.attempt() == 3U);
  BOOST_TEST(step.result<int>().value() == 3);
  BOOST_TEST(step.error().empty());
}

BOOST_AUTO_TEST_CASE(the_step_fails_when_no_attempt_is_left) {
  int attempts = 0;
  auto& process = catalog.flow_with_process("flow");
  process
    .step("never",
          [&](step&) {
            ++attempts;
            return fail("no");
          })
    .retry(3);
  auto run = start("flow").wait();
  BOOST_TEST(attempts == 4);
  auto step = run.process("flow").step("never");
  BOOST_TEST(step.state() == status::error);
  BOOST_TEST(step.error().find("attempt 4") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_waits_between_attempts_grow_up_to_the_cap) {
  std::vector<time_point> starts;
  retry_policy policy;
  policy.retries = 4;
  policy.initial = 100ms;
  policy.factor = 2;
  policy.cap = 300ms;
  auto& process = catalog.flow_with_process("flow");
  int attempts = 0;
  process
    .step("fails",
          [&](step&) {
            ++attempts;
            return fail("no");
          })
    .retry(policy);
  auto run = start("flow");
  auto elapsed = 0ms;
  std::vector<long> seen; // when an attempt was made, in milliseconds
  for (int known = 0; !run.has_ended() && elapsed < 5s; elapsed += 1ms) {
    if (attempts > known)
      seen.push_back(elapsed.count());
    known = attempts;
    advance(1ms);
  }
  std::vector<long> expected{0, 100, 300, 600};
  BOOST_TEST(attempts == 5); // the last one made the run end
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_predicate_decides_which_failures_are_retried) {
  int attempts = 0;
  retry_policy policy;
  policy.retries = 5;
  policy.predicate = [](const failure& x) { return x.message == "transient"; };
  auto& process = catalog.flow_with_process("flow");
  process
    .step(
      "fails",
      [&](step&) { return fail(++attempts < 3 ? "transient" : "permanent"); })
    .retry(policy);
  auto run = start("flow").wait();
  BOOST_TEST(attempts == 3);
  BOOST_TEST(run.errors().find("permanent") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_predicate_that_throws_means_no) {
  int attempts = 0;
  retry_policy policy;
  policy.retries = 5;
  policy.predicate = [](const failure&) -> bool { throw 1; };
  auto& process = catalog.flow_with_process("flow");
  process
    .step("fails",
          [&](step&) {
            ++attempts;
            return fail("no");
          })
    .retry(policy);
  BOOST_TEST(!start("flow").wait().success());
  BOOST_TEST(attempts == 1);
}

BOOST_AUTO_TEST_CASE(an_attempt_goes_on_from_what_the_last_one_set) {
  auto& process = catalog.flow_with_process("flow");
  process
    .step("counts",
          [](step& s) -> result<int> {
            auto done = s.get<int>("done").value_or(0) + 1;
            s.set("done", done);
            if (done < 3)
              return fail("not yet");
            return done;
          })
    .retry(5);
  process.step(
    "reads", [](step& s) { return *s.get<int>("done"); }, "counts");
  auto run = start("flow").wait();
  BOOST_TEST(run.process("flow").step("reads").result<int>().value() == 3);
}

BOOST_AUTO_TEST_CASE(attempts_share_an_idempotency_key_and_a_start) {
  std::vector<std::string> keys;
  std::vector<time_point> starts;
  auto& process = catalog.flow_with_process("flow");
  process
    .step("fails",
          [&](step& s) {
            keys.push_back(s.idempotency_key());
            starts.push_back(s.start());
            return fail("no");
          })
    .retry(1, 1s);
  auto run = start("flow");
  advance(2s, 100ms);
  BOOST_REQUIRE(keys.size() == 2U);
  BOOST_TEST(keys[0] == keys[1]);
  BOOST_TEST((starts[0] == starts[1]));
}

BOOST_AUTO_TEST_CASE(a_step_that_waits_for_a_retry_leaves_others_their_turn) {
  bool other_ran = false;
  auto& process = catalog.flow_with_process("flow").parallelism(1);
  process.step("fails", [](step&) { return fail("no"); }).retry(1, 1h);
  process.step("other", [&](step&) { other_ran = true; });
  auto run = start("flow");
  BOOST_TEST(other_ran);
  BOOST_TEST(!run.has_ended());
  advance(61min, 10s);
  BOOST_TEST(run.has_ended());
}

BOOST_AUTO_TEST_SUITE_END()
