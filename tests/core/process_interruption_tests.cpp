// SPDX-License-Identifier: MIT
#include "process_recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(process_interruption_tests, process_recovery_fixture)

BOOST_AUTO_TEST_CASE(each_phase_at_a_crash_is_gone_on_from) {
  process.parallelism(1);
  for (auto name : {"ended", "backing_off", "running", "ready"})
    process.step(name, nothing);
  process.step("waiting", nothing, "running");
  auto state = begun();
  start_all(state);
  end(state, "ended");
  start_all(state);
  state.apply(attempt_failed{1, 1, "no", at(1), at(9), nullptr});
  start_all(state);
  BOOST_REQUIRE(phase(state, "running") == step_phase::running);
  interrupt(state);
  BOOST_TEST(phase(state, "ended") == step_phase::ended);
  BOOST_TEST(phase(state, "backing_off") == step_phase::backing_off);
  BOOST_TEST(phase(state, "running") == step_phase::ready);
  BOOST_TEST(phase(state, "ready") == step_phase::ready);
  BOOST_TEST(phase(state, "waiting") == step_phase::waiting);
  BOOST_TEST(flags(state, "ended") == status::success);
  for (auto name : {"backing_off", "running", "ready", "waiting"})
    BOOST_TEST(flags(state, name) == again);
  BOOST_TEST(entry(state, "backing_off") == step_entry::function);
  BOOST_TEST(entry(state, "running") == step_entry::conditions);
  BOOST_TEST(entry(state, "ready") == step_entry::beginning);
  BOOST_TEST(state.own_status() == again);
  BOOST_TEST(state.running() == 0U);
  BOOST_TEST((state.retry_at(1) == at(9)));
  BOOST_TEST(state.wakes_by() == wake_source::retry);
  for (auto name : {"ready", "running", "waiting"}) {
    BOOST_TEST(start_all(state) == names{name},
               boost::test_tools::per_element());
    end(state, name);
    BOOST_TEST(flags(state, name) == (status::success | status::recovering));
  }
  state.apply(retry_due{1, 1});
  start_all(state);
  end(state, "backing_off");
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == (status::success | status::recovering));
}

BOOST_AUTO_TEST_CASE(an_attempt_that_is_lost_costs_no_retry) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  state.apply(attempt_failed{0, 1, "no", at(1), at(1), nullptr});
  state.apply(retry_due{0, 1});
  for (std::uint32_t crashes = 1; crashes <= 3; ++crashes) {
    start_all(state);
    BOOST_TEST(state.step(0).attempt == 1 + crashes);
    interrupt(state);
    BOOST_TEST(state.step(0).uncounted_attempts == crashes);
    BOOST_TEST(entry(state, "a") == step_entry::function);
  }
  state.apply(
    step_finished{0, 4, status::success, "", at(1), at(2), nullptr}); // late
  BOOST_TEST(phase(state, "a") == step_phase::ready);
}

BOOST_AUTO_TEST_CASE(a_crash_twice_before_anything_else_changes_nothing_more) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  interrupt(state);
  auto once = describe(state);
  interrupt(state);
  BOOST_TEST(describe(state) == once);
}

BOOST_AUTO_TEST_CASE(what_an_attempt_left_is_there_after_a_crash) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  auto left = output("key", 1);
  state.apply(attempt_failed{0, 1, "no", at(1), at(1), left});
  interrupt(state);
  BOOST_TEST(state.carried_over(0) == left);
}

BOOST_AUTO_TEST_CASE(a_crash_before_the_start_is_a_start) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = fresh();
  interrupt(state);
  BOOST_TEST(state.wakes_by() == wake_source::start);
  state.apply(process_started{at(11)});
  BOOST_TEST(state.to_prepare().has_record);
  BOOST_TEST(state.to_prepare().has_callbacks);
  BOOST_TEST(state.own_status() == again);
}

BOOST_AUTO_TEST_CASE(a_crash_while_preparing_runs_the_callbacks_again) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = begun();
  state.apply(resource_attached{"pool", 7});
  interrupt(state);
  BOOST_TEST(state.wakes_by() == wake_source::preparation);
  auto what = state.to_prepare();
  BOOST_TEST(!what.has_record);
  BOOST_TEST(what.has_callbacks);
  BOOST_TEST(what.resources.size() == 1U);
  prepare(state);
  BOOST_TEST(start_all(state).size() == 1U);
}

BOOST_AUTO_TEST_CASE(callbacks_that_passed_before_a_crash_do_not_run_again) {
  process.step("a", nothing);
  process.before_process([](lightflow::process&) {});
  auto state = begun();
  prepare(state);
  start_all(state);
  interrupt(state);
  BOOST_TEST(!state.is_preparing());
  BOOST_TEST(start_all(state).size() == 1U);
}

BOOST_AUTO_TEST_CASE(resources_are_attached_again_before_any_step) {
  process.step("a", nothing);
  auto state = begun();
  state.apply(resource_attached{"pool", 7});
  state.apply(resource_attached{"pool", 8}); // it is attached already
  start_all(state);
  interrupt(state);
  BOOST_TEST(start_all(state).empty());
  auto what = state.to_prepare();
  BOOST_TEST(!what.has_callbacks);
  BOOST_REQUIRE(what.resources.size() == 1U);
  BOOST_TEST(what.resources[0].parameter.as<int>() == 7);
  BOOST_TEST(!what.resources[0].left.has_value());
  prepare(state);
  BOOST_TEST(start_all(state).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_conclusion_that_a_crash_cut_runs_again) {
  process.step("slow", nothing);
  process.step("next", nothing, "slow");
  process.after_step([](step&) {});
  process.after_process([](lightflow::process&) {});
  auto state = begun();
  start_all(state);
  state.apply(step_timed_out{0, 1, "slow", at(2)});
  interrupt(state);
  BOOST_TEST(state.wakes_by() == wake_source::conclusion);
  BOOST_TEST(state.concluding().size() == 1U);
  BOOST_TEST(flags(state, "slow") == status::timed_out);
  state.apply(step_concluded{0, {}, {}, std::nullopt});
  BOOST_TEST(state.steps_ended());
  interrupt(state);
  BOOST_TEST(state.wakes_by() == wake_source::conclusion);
  conclude(state);
  BOOST_TEST(state.has_ended());
}

BOOST_AUTO_TEST_CASE(resources_are_there_for_a_conclusion_that_runs_again) {
  process.step("a", nothing);
  process.after_process([](lightflow::process&) {});
  auto state = begun();
  state.apply(resource_attached{"pool", 7});
  start_all(state);
  end(state, "a");
  interrupt(state);
  BOOST_TEST(state.wakes_by() == wake_source::preparation);
  prepare(state);
  BOOST_TEST(state.wakes_by() == wake_source::conclusion);
}

BOOST_AUTO_TEST_CASE(a_paused_process_is_paused_after_a_crash) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  state.apply(process_paused{});
  interrupt(state);
  BOOST_TEST(start_all(state).empty());
  BOOST_TEST(state.wakes_by() == wake_source::resume);
  BOOST_TEST(state.own_status() == (again | status::paused));
  state.apply(process_resumed{});
  BOOST_TEST(start_all(state).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_process_that_was_stopping_at_a_crash_ends) {
  process.step("a", nothing);
  process.step("b", nothing, "a");
  process.after_step([](step&) {});
  auto state = begun();
  start_all(state);
  state.apply(process_stopped{at(3)});
  interrupt(state);
  BOOST_TEST(flags(state, "a") == (status::stopped | status::recovering));
  BOOST_TEST(flags(state, "b") == (status::cancelled | status::recovering));
  BOOST_TEST(state.wakes_by() == wake_source::conclusion);
  state.apply(step_concluded{0, {}, {}, std::nullopt});
  BOOST_TEST(state.has_ended());
}

BOOST_AUTO_TEST_CASE(a_crash_after_its_end_does_not_concern_a_process) {
  process.step("a", nothing);
  auto state = begun();
  start_all(state);
  end(state, "a");
  auto before = describe(state);
  interrupt(state);
  BOOST_TEST(describe(state) == before);
}

BOOST_AUTO_TEST_SUITE_END()
