// SPDX-License-Identifier: MIT
#include "process_recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(process_recovery_tests, process_recovery_fixture)

// -- reopened: with what a step begins ----------------------------------------

BOOST_AUTO_TEST_CASE(a_step_goes_on_where_it_failed) {
  struct ending {
    status outcome;
    std::optional<callback_breakpoint> where;
    step_entry then;
  };
  const auto failed = status::callback_failed;
  for (auto& x : std::vector<ending>{
         {status::error, {}, step_entry::function},
         {status::panicked, {}, step_entry::function},
         {status::cancelled | failed, before_it, step_entry::callback_before},
         {status::success | failed, after_it, step_entry::callback_after},
         {status::error | failed, after_it, step_entry::function},
         {status::stopped, {}, step_entry::beginning}}) {
    lightflow::catalog own;
    own.flow_with_process("flow").step("a", nothing);
    process_state state{own.plan("flow")->processes[0],
                        std::make_shared<const writes>(), true};
    state.apply(process_started{epoch});
    BOOST_TEST_CONTEXT(x.outcome)
    for (std::uint32_t attempt = 1; attempt < 4; ++attempt) {
      start_all(state);
      finish(state, "a", x.outcome, output("key", 1), x.where);
      BOOST_REQUIRE(state.has_ended());
      BOOST_TEST(state.own_status().has(status::suspended));
      reopen(state);
      BOOST_TEST(phase(state, "a") == step_phase::ready);
      BOOST_TEST(flags(state, "a") == again);
      BOOST_TEST(entry(state, "a") == x.then);
      BOOST_TEST((state.breakpoint(0) == x.where));
      BOOST_TEST(state.step(0).attempt == attempt);
      BOOST_TEST(state.step(0).uncounted_attempts == attempt);
      BOOST_REQUIRE(state.carried_over(0) != nullptr);
      BOOST_TEST(state.carried_over(0)->result.as<int>() == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_step_that_was_stopped_in_its_function_runs_it_again) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  step_finished stopped{
    0, 1, status::stopped | status::callback_failed, "why", at(1), at(2), {}};
  stopped.breakpoint = after_it;
  stopped.in_function = true;
  state.apply(stopped);
  reopen(state);
  BOOST_TEST(entry(state, "a") == step_entry::function);
}

BOOST_AUTO_TEST_CASE(a_process_that_failed_while_it_was_paused_goes_on) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  state.apply(process_paused{});
  finish(state, "a", status::error, nullptr);
  BOOST_REQUIRE(state.has_ended());
  reopen(state);
  BOOST_TEST(!state.own_status().has(status::paused));
  BOOST_TEST(state.wakes_by() == wake_source::ready_step);
  BOOST_TEST(state.next_step().has_value());
}

BOOST_AUTO_TEST_CASE(a_stop_before_an_attempt_leaves_where_it_goes_on) {
  for (auto where : {before_it, after_it}) {
    lightflow::catalog own;
    own.flow_with_process("flow").step("a", nothing);
    process_state state{own.plan("flow")->processes[0],
                        std::make_shared<const writes>(), true};
    state.apply(process_started{epoch});
    start_all(state);
    auto outcome = where == before_it ? status::cancelled : status::success;
    finish(state, "a", outcome | status::callback_failed, output("key", 1),
           where);
    reopen(state);
    auto expected = entry(state, "a");
    start_all(state);
    state.apply(process_stopped{at(21)});
    finish(state, "a", status::stopped, output("key", 1));
    reopen(state);
    BOOST_TEST(entry(state, "a") == expected);
    BOOST_TEST((state.breakpoint(0) == where));
  }
}

BOOST_AUTO_TEST_CASE(a_step_that_timed_out_goes_on_from_what_is_known) {
  process.step("a", nothing);
  process.step("b", nothing);
  process.step("c", nothing);
  auto state = begun();
  start_all(state);
  state.apply(attempt_failed{2, 1, "no", at(1), at(9), nullptr});
  state.apply(step_timed_out{0, 1, "slow", at(2), true});
  state.apply(step_timed_out{1, 1, "slow", at(2)}); // while callbacks ran
  state.apply(step_timed_out{2, 1, "slow", at(2)});
  reopen(state);
  // What the callbacks before it have set was dropped with the attempt.
  BOOST_TEST(entry(state, "a") == step_entry::callback_before);
  BOOST_TEST(entry(state, "b") == step_entry::conditions);
  BOOST_TEST(entry(state, "c") == step_entry::function);
}

BOOST_AUTO_TEST_CASE(steps_of_a_process_that_timed_out_are_told_no_hook_twice) {
  process.step("running", nothing);
  process.step("handed_out", nothing);
  process.step("next", nothing, "running");
  auto state = begun();
  start_all(state);
  state.apply(process_timed_out{at(9), {1}});
  BOOST_TEST(state.has_ended());
  reopen(state);
  BOOST_TEST(entry(state, "running") == step_entry::conditions);
  BOOST_TEST(entry(state, "handed_out") == step_entry::beginning);
  BOOST_TEST(entry(state, "next") == step_entry::beginning);
  BOOST_TEST(state.step(1).attempt == 0U);
  BOOST_TEST(!state.own_status().is_abnormal());
}

BOOST_AUTO_TEST_CASE(steps_that_a_stop_kept_from_running_run) {
  process.parallelism(2);
  for (auto name : {"running", "backing_off", "ready"})
    process.step(name, nothing);
  process.step("next", nothing, "running");
  auto state = begun();
  start_all(state);
  auto left = output("key", 1);
  state.apply(attempt_failed{1, 1, "no", at(1), at(9), left});
  state.apply(process_stopped{at(3)});
  end(state, "running");
  BOOST_REQUIRE(state.has_ended());
  reopen(state);
  BOOST_TEST(flags(state, "running") == status::success);
  BOOST_TEST(entry(state, "backing_off") == step_entry::function);
  BOOST_TEST(entry(state, "ready") == step_entry::beginning);
  BOOST_TEST(state.carried_over(1) == left);
  BOOST_TEST(state.own_status() == again);
  BOOST_TEST(start_all(state).size() == 2U);
  end(state, "backing_off");
  end(state, "ready");
  start_all(state);
  end(state, "next");
  BOOST_TEST(state.own_status() == (status::success | status::recovering));
  for (step_index x = 0; x < 4; ++x)
    BOOST_TEST(state.error_of(x, "id").empty());
}

BOOST_AUTO_TEST_CASE(a_step_that_times_out_goes_on_with_the_same_callback) {
  process.step("a", nothing);
  process.after_step([](step&) {});
  auto state = begun();
  start_all(state);
  finish(state, "a", status::cancelled | status::callback_failed, nullptr,
         before_it);
  reopen(state);
  start_all(state);
  state.apply(step_timed_out{0, 2, "slow", at(22), true});
  state.apply(step_concluded{0, status::callback_failed, "no", after_it});
  reopen(state);
  BOOST_TEST(entry(state, "a") == step_entry::callback_before);
  BOOST_TEST((state.breakpoint(0) == before_it));
}

// -- reopened: which steps run ------------------------------------------------

BOOST_AUTO_TEST_CASE(only_what_did_not_succeed_runs_in_the_order_of_the_dag) {
  process.step("early", nothing);
  process.step("bad", nothing);
  process.step("late", nothing);
  process.step("join", nothing, "early", "bad", "late");
  process.step("far", nothing, "join", "early");
  process.step("fine", nothing, "early");
  auto state = begun();
  start_all(state);
  end(state, "early");
  end(state, "bad", status::error);
  end(state, "late"); // after what it would have released was cancelled
  start_all(state);
  end(state, "fine");
  BOOST_REQUIRE(state.has_ended());
  reopen(state);
  BOOST_TEST(state.step(index(state, "join")).open_dependencies == 1U);
  BOOST_TEST(state.step(index(state, "far")).open_dependencies == 1U);
  for (auto name : {"bad", "join", "far"}) {
    BOOST_TEST(start_all(state) == names{name},
               boost::test_tools::per_element());
    end(state, name);
  }
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == (status::success | status::recovering));
  BOOST_TEST(flags(state, "early") == status::success);
  BOOST_TEST(!state.any_status().is_abnormal());
}

BOOST_AUTO_TEST_CASE(a_failure_cancels_again_what_runs_after_it) {
  process.step("a", nothing);
  process.step("b", nothing, "a");
  auto state = begun();
  for (int i = 0; i < 3; ++i) {
    start_all(state);
    end(state, "a", status::error);
    BOOST_TEST(flags(state, "b").has(status::cancelled));
    BOOST_TEST(state.has_ended());
    BOOST_TEST(state.error_of(0, "id") == "why");
    reopen(state);
  }
}

BOOST_AUTO_TEST_CASE(what_a_condition_skipped_stays_skipped) {
  process.step("a", nothing);
  process.step("bad", nothing);
  process.step("b", nothing, "a", "bad");
  auto state = begun();
  start_all(state);
  end(state, "a", status::skipped);
  end(state, "bad", status::error);
  reopen(state);
  BOOST_TEST(flags(state, "a") == status::skipped);
  BOOST_TEST(state.step(index(state, "b")).open_dependencies == 1U);
}

BOOST_AUTO_TEST_CASE(cancelled_dependents_of_a_skipped_step_are_skipped_then) {
  process.step("bad", nothing);
  process.step("a", nothing).skip_with_dependents("kept");
  process.step("b", nothing, "a");
  process.step("both", nothing, "b", "bad");
  process.step("far", nothing, "both");
  process.step("kept", nothing, "both");
  for (bool skipped_first : {false, true}) {
    auto state = begun();
    start_all(state);
    if (skipped_first)
      end(state, "a", status::skipped);
    BOOST_TEST(start_all(state).empty()); // "kept" may see "bad"
    end(state, "bad", status::error);
    if (!skipped_first)
      end(state, "a", status::skipped);
    BOOST_REQUIRE(state.has_ended());
    BOOST_TEST(flags(state, "kept").has(status::cancelled));
    reopen(state);
    BOOST_TEST(phase(state, "both") == step_phase::ended);
    BOOST_TEST(flags(state, "both").has(status::skipped));
    BOOST_TEST(flags(state, "far").has(status::skipped));
    BOOST_TEST(start_all(state) == names{"bad"},
               boost::test_tools::per_element());
    end(state, "bad");
    BOOST_TEST(start_all(state) == names{"kept"},
               boost::test_tools::per_element());
    end(state, "kept");
    BOOST_TEST(state.has_ended());
    BOOST_TEST(!state.any_status().is_abnormal());
  }
}

BOOST_AUTO_TEST_CASE(what_is_kept_from_being_skipped_waits_for_its_ancestors) {
  process.step("slow", nothing);
  process.step("a", nothing).skip_with_dependents("kept");
  process.step("b", nothing, "a", "slow");
  process.step("kept", nothing, "b");
  auto state = begun();
  start_all(state);
  end(state, "a", status::skipped);
  BOOST_TEST(flags(state, "b").has(status::skipped));
  BOOST_TEST(start_all(state).empty());
  end(state, "slow");
  BOOST_TEST(start_all(state) == names{"kept"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(steps_that_were_not_in_the_definition_then_run_as_well) {
  process.step("new", nothing); // so that no record tells of it
  process.step("a", nothing);
  auto state = begun();
  state.apply(step_started{1, 1, at(1)});
  end(state, "a", status::error);
  reopen(state);
  BOOST_TEST(flags(state, "new") == again);
  BOOST_TEST(start_all(state).size() == 2U);
  end(state, "new");
  end(state, "a");
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.any_status() == (status::success | status::recovering));
}

// -- reopened: the context ----------------------------------------------------

BOOST_AUTO_TEST_CASE(the_context_is_what_the_steps_left_that_do_not_run_again) {
  process.step("a", nothing);
  process.step("b", nothing, "a");
  process.step("c", nothing, "b");
  process.step("other", nothing);
  auto state = begun();
  start_all(state);
  finish(state, "a", status::success, output("key", 1));
  finish(state, "other", status::skipped, output("other", 9));
  start_all(state);
  finish(state, "b", status::error, output("key", 2));
  BOOST_TEST(state.context().find("key")->as<int>() == 2);
  reopen(state);
  BOOST_TEST(state.context().find("key")->as<int>() == 1);
  BOOST_TEST(state.context().find("other")->as<int>() == 9);
  BOOST_TEST(state.carried_over(1)->context.find("key")->as<int>() == 2);
  BOOST_TEST(seen(state, "b", "key") == 1);
  start_all(state);
  finish(state, "b", status::success, output("key", 3));
  BOOST_TEST(state.carried_over(1) == nullptr);
  BOOST_TEST(seen(state, "c", "key") == 3);
}

BOOST_AUTO_TEST_CASE(a_snapshot_is_not_touched_by_a_recovery) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  finish(state, "a", status::error, output("key", 2));
  auto before = state.snapshot();
  reopen(state);
  BOOST_TEST(before.context().find("key")->as<int>() == 2);
  BOOST_TEST(state.context().find("key") == nullptr);
}

BOOST_AUTO_TEST_CASE(what_callbacks_set_stays_in_the_context) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  process.after_process([](lightflow::process&) {});
  auto state = begun();
  state.apply(process_prepared{
    at(1), std::nullopt, std::make_shared<const writes>(writes{{"key", 7}})});
  start_all(state);
  end(state, "a", status::error);
  conclude(state);
  reopen(state);
  BOOST_TEST(state.context().find("key")->as<int>() == 7);
  BOOST_TEST(!state.is_preparing());
}

// -- reopened: the process ----------------------------------------------------

BOOST_AUTO_TEST_CASE(a_process_that_succeeded_is_not_touched) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  end(state, "a");
  auto before = describe(state);
  reopen(state);
  BOOST_TEST(describe(state) == before);
}

BOOST_AUTO_TEST_CASE(a_process_goes_on_at_the_callback_that_failed) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = begun();
  for (int i = 0; i < 2; ++i) {
    state.apply(
      process_prepared{at(1), failed_callback{third_of_flow, "no"}, nullptr});
    BOOST_TEST(state.own_status().has(status::callback_failed));
    reopen(state);
    BOOST_TEST(state.wakes_by() == wake_source::preparation);
    auto what = state.to_prepare();
    BOOST_TEST((what.from == third_of_flow));
    BOOST_TEST(!what.has_record);
    BOOST_TEST(what.has_callbacks);
  }
  prepare(state);
  BOOST_TEST(!state.to_prepare().from.has_value());
  BOOST_TEST(start_all(state).size() == 1U);
  end(state, "a");
  BOOST_TEST(state.own_status() == (status::success | status::recovering));
  BOOST_TEST(state.own_error("id").empty());
}

BOOST_AUTO_TEST_CASE(callbacks_after_a_process_run_again) {
  process.step("a", nothing);
  process.after_process([](lightflow::process&) {});
  auto state = begun();
  start_all(state);
  end(state, "a");
  process_concluded bad{at(5), status::callback_failed, "no", after_it, {}};
  state.apply(bad);
  BOOST_REQUIRE(state.own_status().has(status::suspended));
  reopen(state);
  BOOST_TEST(state.wakes_by() == wake_source::conclusion);
  BOOST_TEST(start_all(state).empty());
  conclude(state);
  BOOST_TEST(state.own_status() == (status::success | status::recovering));
}

BOOST_AUTO_TEST_CASE(a_process_that_was_kept_from_beginning_begins) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = fresh();
  state.apply(process_stopped{epoch});
  state.apply(process_started{at(1)});
  BOOST_REQUIRE(state.has_ended());
  reopen(state);
  auto what = state.to_prepare();
  BOOST_TEST(what.has_record);
  BOOST_TEST(what.has_callbacks);
  prepare(state);
  BOOST_TEST(start_all(state).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_process_that_timed_out_while_preparing_prepares) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = begun();
  state.apply(process_timed_out{at(9)});
  BOOST_REQUIRE(state.has_ended());
  reopen(state);
  BOOST_TEST(state.wakes_by() == wake_source::preparation);
  BOOST_TEST(!state.to_prepare().has_record);
  BOOST_TEST(state.to_prepare().has_callbacks);
}

BOOST_AUTO_TEST_CASE(resources_find_once_what_they_left) {
  process.step("a", nothing);
  auto state = begun();
  state.apply(resource_attached{"pool", 7});
  start_all(state);
  end(state, "a", status::error);
  process_concluded suspended;
  suspended.time = at(5);
  suspended.resources = {{"pool", nullptr, 42}};
  state.apply(suspended);
  reopen(state);
  BOOST_TEST(start_all(state).empty());
  auto what = state.to_prepare();
  BOOST_REQUIRE(what.resources.size() == 1U);
  BOOST_REQUIRE(what.resources[0].left.has_value());
  BOOST_TEST(what.resources[0].left->entity.as<int>() == 42);
  prepare(state);
  start_all(state);
  interrupt(state);
  BOOST_TEST(!state.to_prepare().resources.at(0).left.has_value());
}

BOOST_AUTO_TEST_CASE(resources_find_what_they_left_whatever_steps_are_new) {
  process.step("new", nothing); // so that no record tells of it
  process.step("a", nothing);
  auto state = begun();
  state.apply(resource_attached{"pool", 7});
  state.apply(step_started{1, 1, at(1)});
  end(state, "a", status::error);
  process_concluded suspended;
  suspended.resources = {{"pool", nullptr, 42}};
  state.apply(suspended);
  reopen(state);
  BOOST_TEST(state.to_prepare().resources.at(0).left.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
