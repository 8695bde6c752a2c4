// SPDX-License-Identifier: MIT
#include "state_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(process_state_tests, state_fixture)

BOOST_AUTO_TEST_CASE(steps_become_ready_when_all_dependencies_ended) {
  process.step("a", nothing);
  process.step("b", nothing);
  process.step("join", nothing, "a", "b");
  auto state = started();
  BOOST_TEST(start_all(state) == (names{"a", "b"}),
             boost::test_tools::per_element());
  end(state, "b");
  BOOST_TEST(start_all(state).empty());
  end(state, "a");
  BOOST_TEST(start_all(state) == names{"join"},
             boost::test_tools::per_element());
  BOOST_TEST(!state.has_ended());
  end(state, "join");
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == status::success);
  BOOST_TEST((state.end() == at(2)));
}

BOOST_AUTO_TEST_CASE(a_failure_cancels_what_runs_after_it_and_only_that) {
  process.step("bad", nothing);
  process.step("good", nothing);
  process.step("after", nothing, "bad", "good");
  process.step("far", nothing, "after");
  process.step("fine", nothing, "good");
  auto state = started();
  start_all(state);
  end(state, "bad", status::error);
  BOOST_TEST(flags(state, "after") == status::cancelled);
  BOOST_TEST(flags(state, "far") == status::cancelled);
  BOOST_TEST(flags(state, "fine") == status::pending);
  end(state, "good");
  start_all(state);
  end(state, "fine");
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == status::failed);
  BOOST_TEST(state.any_status().has(status::error, status::cancelled));
}

BOOST_AUTO_TEST_CASE(events_about_other_attempts_change_nothing) {
  process.step("a", nothing);
  process.step("b", nothing, "a");
  auto state = started();
  start_all(state);
  auto a = index(state, "a");
  state.apply(attempt_failed{a, 1, "no", at(1), at(2), nullptr});
  state.apply(retry_due{a, 1});
  start_all(state);
  BOOST_TEST(state.step(a).attempt == 2U);
  auto before = describe(state);
  state.apply(
    step_finished{a, 1, status::success, "", at(1), at(2), nullptr}); // late
  state.apply(step_finished{a, 3, status::success, "", at(1), at(2), nullptr});
  state.apply(attempt_failed{a, 1, "no", at(1), at(2), nullptr});
  state.apply(retry_due{a, 1});
  state.apply(step_timed_out{a, 1, "late", at(3)});
  state.apply(step_finished{1, 0, status::success, "", at(1), at(2), nullptr});
  BOOST_TEST(describe(state) == before);
  end(state, "a");
  auto after = describe(state);
  state.apply(
    step_finished{a, 2, status::error, "twice", at(1), at(2), nullptr});
  state.apply(step_timed_out{a, 2, "late", at(3)});
  BOOST_TEST(describe(state) == after);
}

BOOST_AUTO_TEST_CASE(a_start_that_is_repeated_does_not_bring_an_attempt_back) {
  process.step("a", nothing);
  auto state = started();
  start_all(state);
  state.apply(attempt_failed{0, 1, "no", at(1), at(2), nullptr});
  state.apply(retry_due{0, 1});
  state.apply(step_started{0, 1, at(3)});
  BOOST_TEST(phase(state, "a") == step_phase::ready);
  state.apply(step_started{0, 2, at(3)});
  BOOST_TEST(state.is_current(0, 2));
}

BOOST_AUTO_TEST_CASE(an_ended_process_is_not_paused) {
  process.step("a", nothing);
  auto state = started();
  start_all(state);
  state.apply(process_paused{});
  end(state, "a");
  BOOST_TEST(state.has_ended());
  BOOST_TEST(!state.is_paused());
}

BOOST_AUTO_TEST_CASE(the_parallelism_limit_holds) {
  process.parallelism(2);
  for (auto name : {"a", "b", "c"})
    process.step(name, nothing);
  auto state = started();
  BOOST_TEST(start_all(state).size() == 2U);
  end(state, "a");
  BOOST_TEST(start_all(state) == names{"c"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_step_that_backs_off_does_not_count_as_running) {
  process.parallelism(1);
  process.step("a", nothing);
  process.step("b", nothing);
  auto state = started();
  start_all(state);
  state.apply(attempt_failed{0, 1, "no", at(1), at(9), nullptr});
  BOOST_TEST(phase(state, "a") == step_phase::backing_off);
  BOOST_TEST(start_all(state) == names{"b"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_an_attempt_left_is_carried_over_but_not_seen) {
  process.step("a", nothing);
  auto state = started();
  start_all(state);
  auto output = std::make_shared<step_output>();
  output->context.set("key", 1);
  state.apply(attempt_failed{0, 1, "no", at(1), at(1), output});
  BOOST_TEST(state.carried_over(0) == output);
  BOOST_TEST(state.context().find("key") == nullptr);
}

BOOST_AUTO_TEST_CASE(nothing_starts_while_paused) {
  process.step("a", nothing);
  process.step("b", nothing, "a");
  auto state = started();
  start_all(state);
  state.apply(process_paused{});
  end(state, "a");
  BOOST_TEST(!state.next_step().has_value());
  BOOST_TEST(state.own_status() == (status::pending | status::paused));
  state.apply(process_resumed{});
  BOOST_TEST(state.next_step().has_value());
}

BOOST_AUTO_TEST_CASE(stop_lets_running_steps_finish_and_stops_the_others) {
  process.step("running", nothing);
  process.step("next", nothing, "running");
  process.step("last", nothing, "next");
  process.step("backing_off", nothing);
  process.step("ready", nothing);
  process.parallelism(2);
  auto state = started();
  start_all(state);
  auto x = index(state, "backing_off");
  BOOST_REQUIRE(phase(state, "backing_off") == step_phase::running);
  state.apply(attempt_failed{x, 1, "no", at(1), at(9), nullptr});
  state.apply(process_paused{});
  state.apply(process_stopped{at(3)});
  BOOST_TEST(flags(state, "backing_off") == status::stopped);
  BOOST_TEST(flags(state, "ready") == status::stopped);
  BOOST_TEST(flags(state, "running") == status::pending);
  BOOST_TEST(!state.has_ended());
  end(state, "running");
  BOOST_TEST(flags(state, "running") == status::success);
  BOOST_TEST(flags(state, "next") == status::stopped);
  BOOST_TEST(flags(state, "last") == status::cancelled);
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == status::stopped);
}

BOOST_AUTO_TEST_CASE(a_stop_fails_also_a_process_whose_steps_all_succeed) {
  process.step("a", nothing);
  auto state = started();
  start_all(state);
  state.apply(process_stopped{at(3)});
  end(state, "a");
  BOOST_TEST(state.own_status().has(status::stopped, status::failed));
}

BOOST_AUTO_TEST_CASE(a_process_timeout_ends_everything) {
  process.step("running", nothing);
  process.step("next", nothing, "running");
  process.step("ready", nothing);
  process.parallelism(1);
  auto state = started();
  start_all(state);
  state.apply(process_timed_out{at(9)});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(flags(state, "running") == status::timed_out);
  BOOST_TEST(flags(state, "next") == status::cancelled);
  BOOST_TEST(flags(state, "ready") == status::cancelled);
  BOOST_TEST(state.own_status() == status::timed_out);
  BOOST_TEST((state.end() == at(9)));
  end(state, "running"); // late
  BOOST_TEST(flags(state, "running") == status::timed_out);
}

BOOST_AUTO_TEST_CASE(a_step_times_out_running_or_backing_off) {
  for (bool backing_off : {false, true}) {
    lightflow::catalog own;
    auto& flow = own.flow_with_process("flow");
    flow.step("slow", nothing);
    flow.step("next", nothing, "slow");
    process_state state{own.plan("flow")->processes[0],
                        std::make_shared<const writes>()};
    state.apply(process_started{epoch});
    start_all(state);
    if (backing_off)
      state.apply(attempt_failed{0, 1, "no", at(1), at(9), nullptr});
    state.apply(step_timed_out{0, 1, "took too long", at(4)});
    BOOST_TEST(flags(state, "slow") == status::timed_out);
    BOOST_TEST(flags(state, "next") == status::cancelled);
    BOOST_TEST(
      state.error_of(0, "id")
      == (backing_off ? "took too long; before that, no" : "took too long"));
    BOOST_TEST(state.error_of(1, "id")
               == R"(step "next" (id id) was cancelled: step "slow", which )"
                  "it runs after, did not succeed");
    BOOST_TEST(state.has_ended());
  }
}

BOOST_AUTO_TEST_CASE(the_error_of_an_attempt_is_kept_when_there_is_no_other) {
  for (bool stopped : {true, false}) {
    lightflow::catalog own;
    own.flow_with_process("flow").step("a", nothing);
    process_state state{own.plan("flow")->processes[0],
                        std::make_shared<const writes>()};
    state.apply(process_started{epoch});
    start_all(state);
    state.apply(attempt_failed{0, 1, "no luck", at(1), at(9), nullptr});
    if (stopped)
      state.apply(process_stopped{at(2)});
    else
      state.apply(process_timed_out{at(2)});
    BOOST_TEST(state.has_ended());
    auto error = state.error_of(0, "id");
    BOOST_TEST(error.find("no luck") != std::string::npos, error);
    BOOST_TEST(error.find("did not start") == std::string::npos, error);
  }
}

BOOST_AUTO_TEST_CASE(a_snapshot_stays_while_the_state_goes_on) {
  process.step("a", nothing);
  auto state = started();
  auto before = state.snapshot();
  start_all(state);
  auto output = std::make_shared<step_output>();
  output->context.set("key", 1);
  state.apply(step_finished{0, 1, status::success, "", at(1), at(2), output});
  BOOST_TEST(phase(before, "a") == step_phase::ready);
  BOOST_TEST(before.context().find("key") == nullptr);
  BOOST_TEST(state.context().find("key")->as<int>() == 1);
}

// -- what runs before and after ----------------------------------------------

BOOST_AUTO_TEST_CASE(no_step_is_ready_before_the_preparation_has_ended) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = started();
  BOOST_TEST(start_all(state).empty());
  BOOST_TEST((state.wakes_by() == wake_source::preparation));
  state.apply(process_prepared{
    at(1), std::nullopt, std::make_shared<const writes>(writes{{"key", 7}})});
  BOOST_TEST(start_all(state).size() == 1U);
  BOOST_TEST(state.context().find("key")->as<int>() == 7);
  end(state, "a");
  BOOST_TEST(state.own_status() == status::success);
}

BOOST_AUTO_TEST_CASE(a_failed_preparation_cancels_all_and_is_a_breakpoint) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = started();
  state.apply(
    process_prepared{at(1), failed_callback{third_of_flow, "no"}, nullptr});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == status::callback_failed);
  BOOST_TEST(flags(state, "a") == status::cancelled);
  BOOST_TEST((state.to_prepare().from == third_of_flow));
  BOOST_TEST(state.own_error("id") == R"(process "flow" (id id) no)");
}

BOOST_AUTO_TEST_CASE(a_process_ends_with_its_conclusion) {
  process.step("a", nothing);
  process.after_process([](lightflow::process&) {});
  auto state = started();
  start_all(state);
  end(state, "a");
  BOOST_TEST(state.steps_ended());
  BOOST_TEST(!state.has_ended());
  BOOST_TEST((state.wakes_by() == wake_source::conclusion));
  BOOST_TEST(state.outcome() == status::success);
  BOOST_TEST(state.own_status() == status::pending);
  process_concluded end_of_it;
  end_of_it.time = at(5);
  end_of_it.flags = status::callback_failed;
  end_of_it.error = "no";
  state.apply(end_of_it);
  state.apply(end_of_it); // once more: nothing
  BOOST_TEST(state.own_status() == status::callback_failed);
  BOOST_TEST(state.own_error("id") == R"(process "flow" (id id) no)");
  BOOST_TEST((state.end() == at(5)));
}

BOOST_AUTO_TEST_CASE(a_process_waits_for_the_conclusion_of_a_timed_out_step) {
  process.step("slow", nothing);
  process.step("next", nothing, "slow");
  process.after_step([](step&) {});
  auto state = started();
  start_all(state);
  state.apply(step_timed_out{0, 1, "slow", at(2)});
  BOOST_TEST(flags(state, "next") == status::cancelled); // at once
  BOOST_TEST(!state.has_ended());
  BOOST_TEST((state.wakes_by() == wake_source::conclusion));
  BOOST_REQUIRE(state.concluding().size() == 1U);
  callback_breakpoint where{callback_moment::after, third_of_flow};
  state.apply(step_concluded{0, status::callback_failed, "no", where});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(flags(state, "slow")
             == (status::timed_out | status::callback_failed));
  BOOST_TEST(state.error_of(0, "id") == "slow; no");
  BOOST_TEST((state.breakpoint(0) == where));
}

BOOST_AUTO_TEST_CASE(the_callback_that_failed_a_step_is_its_breakpoint) {
  process.step("a", nothing);
  process.step("b", nothing);
  auto state = started();
  start_all(state);
  callback_breakpoint where{callback_moment::before, third_of_flow};
  state.apply(step_finished{0, 1, status::cancelled | status::callback_failed,
                            "no", at(1), at(2), nullptr, where});
  end(state, "b", status::error);
  BOOST_TEST((state.breakpoint(0) == where));
  BOOST_TEST(!state.breakpoint(1).has_value());
}

BOOST_AUTO_TEST_CASE(a_cancelled_process_has_ended_without_a_conclusion) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  process.after_process([](lightflow::process&) {});
  process_state state{catalog.plan("flow")->processes[0],
                      std::make_shared<const writes>()};
  state.apply(process_cancelled{at(1)});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == status::cancelled);
  BOOST_TEST(flags(state, "a") == status::cancelled);
}

BOOST_AUTO_TEST_CASE(a_process_stopped_before_its_start_runs_nothing) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  process_state state{catalog.plan("flow")->processes[0],
                      std::make_shared<const writes>()};
  state.apply(process_stopped{epoch});
  state.apply(process_started{at(1)});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(flags(state, "a") == status::stopped);
}

BOOST_AUTO_TEST_CASE(a_process_paused_before_its_start_waits) {
  process.step("a", nothing);
  process_state state{catalog.plan("flow")->processes[0],
                      std::make_shared<const writes>()};
  state.apply(process_paused{});
  state.apply(process_started{at(1)});
  BOOST_TEST(start_all(state).empty());
  BOOST_TEST((state.wakes_by() == wake_source::resume));
  state.apply(process_resumed{});
  BOOST_TEST(start_all(state).size() == 1U);
}

// -- skipping ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_skipped_step_lets_its_dependents_run) {
  process.step("a", nothing);
  process.step("b", nothing, "a");
  auto state = started();
  start_all(state);
  end(state, "a", status::skipped);
  BOOST_TEST(phase(state, "b") == step_phase::ready);
  start_all(state);
  end(state, "b");
  BOOST_TEST(state.own_status() == status::success);
}

BOOST_AUTO_TEST_CASE(skipped_dependents_spare_the_named_and_what_waits_more) {
  process.step("a", nothing).skip_with_dependents("kept");
  process.step("other", nothing);
  process.step("b", nothing, "a");
  process.step("both", nothing, "b", "other");
  process.step("kept", nothing, "b", "other");
  auto state = started();
  start_all(state);
  end(state, "a", status::skipped);
  BOOST_TEST(flags(state, "b") == status::skipped);
  BOOST_TEST(flags(state, "both") == status::skipped); // though other runs
  BOOST_TEST(phase(state, "kept") == step_phase::waiting);
  end(state, "other");
  BOOST_TEST(phase(state, "kept") == step_phase::ready);
}

BOOST_AUTO_TEST_CASE(what_one_step_keeps_another_skips) {
  process.step("a", nothing).skip_with_dependents("kept");
  process.step("other", nothing).skip_with_dependents();
  process.step("b", nothing, "a", "other");
  process.step("kept", nothing, "b");
  auto state = started();
  start_all(state);
  end(state, "a", status::skipped);
  BOOST_TEST(flags(state, "b") == status::skipped);
  BOOST_TEST(phase(state, "kept") == step_phase::waiting);
  end(state, "other", status::skipped);
  BOOST_TEST(flags(state, "kept") == status::skipped); // although b was before
  BOOST_TEST(state.steps_ended());
}

BOOST_AUTO_TEST_CASE(what_failed_after_a_step_is_told_after_why_it_ended) {
  process.step("a", nothing);
  process.after_step([](step&) {});
  auto state = started();
  start_all(state);
  state.apply(process_timed_out{at(1)});
  state.apply(step_concluded{0, status::callback_failed, "no"});
  BOOST_TEST(state.error_of(0, "id")
             == R"(step "a" (id id) did not end in time: its process timed )"
                "out; no");
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_steps_can_be_skipped_along) {
  constexpr int steps = 100'000;
  process.step("0", nothing).eq("key", 1).skip_with_dependents();
  for (int i = 1; i < steps; ++i)
    process.step(std::to_string(i), nothing, std::to_string(i - 1));
  auto state = started();
  start_all(state);
  end(state, "0", status::skipped);
  BOOST_TEST(state.has_ended());
  BOOST_TEST(flags(state, std::to_string(steps - 1)) == status::skipped);
}

BOOST_AUTO_TEST_CASE(so_can_those_that_also_run_after_one_that_fails) {
  constexpr int steps = 100'000;
  process.step("skips", nothing).eq("key", 1).skip_with_dependents();
  process.step("fails", nothing);
  process.step("0", nothing, "skips", "fails");
  for (int i = 1; i < steps; ++i)
    process.step(std::to_string(i), nothing, std::to_string(i - 1));
  auto state = started();
  start_all(state);
  end(state, "skips", status::skipped);
  BOOST_TEST(!state.has_ended());
  end(state, "fails", status::error);
  BOOST_TEST(state.has_ended());
  BOOST_TEST(flags(state, std::to_string(steps - 1)) == status::skipped);
}

BOOST_AUTO_TEST_SUITE_END()
