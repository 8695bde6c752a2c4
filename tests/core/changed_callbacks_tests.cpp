// SPDX-License-Identifier: MIT
// Runs whose definition has got other callbacks since: what happened counts.
#include "lightflow/core/run_history.hpp"

#include "process_recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;
using phase = run_state::phase;

namespace {

struct changed_callbacks_fixture : process_recovery_fixture {
  flow_definition& flow = catalog.flow("run");
  process_definition& first = flow.process("first");
  process_definition& second = flow.process("second");

  changed_callbacks_fixture() {
    process.step("a", nothing);
    process.step("b", nothing, "a");
    first.step("a", nothing);
    second.step("a", nothing);
  }

  run_history begun_run() {
    return {catalog.plan("run"), std::make_shared<const writes>(), epoch, true};
  }

  static void begin(run_history& run, std::size_t process) {
    run.apply(process, process_started{at(1)});
    run.apply(process, step_started{0, 1, at(1)});
  }

  using process_recovery_fixture::finish;

  static void finish(run_history& run, std::size_t process) {
    run.apply(process,
              step_finished{0, 1, status::success, "", at(1), at(2), nullptr});
  }

  static std::shared_ptr<const writes> one() {
    return std::make_shared<const writes>(writes{{"key", 1}});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(changed_callbacks_tests, changed_callbacks_fixture)

BOOST_AUTO_TEST_CASE(steps_that_ran_without_callbacks_before_them_have_run) {
  process.before_process([](lightflow::process&) {});
  auto state = begun();
  state.apply(step_started{0, 1, at(1)});
  BOOST_TEST(!state.is_preparing());
  end(state, "a");
  BOOST_TEST(flags(state, "a") == status::success);
  interrupt(state);
  BOOST_TEST(!state.is_preparing());
  BOOST_TEST(start_all(state) == names{"b"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_callbacks_set_stays_when_they_are_gone) {
  auto state = begun();
  state.apply(process_prepared{at(1), std::nullopt, one()});
  start_all(state);
  BOOST_TEST(seen(state, "a", "key") == 1);
}

BOOST_AUTO_TEST_CASE(a_callback_that_failed_and_is_gone_is_not_missed) {
  auto state = begun();
  state.apply(
    process_prepared{at(1), failed_callback{third_of_flow, "no"}, nullptr});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status().has(status::callback_failed));
  reopen(state);
  BOOST_TEST(start_all(state) == names{"a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(
  what_was_prepared_after_the_time_was_up_counts_for_nothing) {
  process.before_process([](lightflow::process&) {});
  auto state = begun();
  state.apply(process_timed_out{at(1)});
  state.apply(process_prepared{at(2), std::nullopt, one()});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(seen(state, "a", "key") == 0);
}

BOOST_AUTO_TEST_CASE(a_reopened_step_owes_nothing_to_callbacks_added_since) {
  process.after_step([](step&) {});
  auto state = begun();
  start_all(state);
  state.apply(step_timed_out{0, 1, "late", at(2)});
  BOOST_TEST(!state.concluding().empty());
  reopen(state);
  BOOST_TEST(state.concluding().empty());
  BOOST_TEST(start_all(state) == names{"a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_run_under_way_goes_on_whatever_is_to_run_before_it_now) {
  flow.before_flow([](lightflow::flow&) {});
  auto run = begun_run();
  begin(run, 0);
  finish(run, 0);
  begin(run, 1);
  run.apply(run_event{run_recovered{at(3)}});
  BOOST_TEST((run.state().where() == phase::running));
  run.apply(1, step_started{0, 2, at(4)});
  run.apply(1, step_finished{0, 2, status::success, "", at(4), at(5), nullptr});
  BOOST_TEST(run.state().has_ended());
}

BOOST_AUTO_TEST_CASE(a_run_keeps_what_callbacks_set_that_are_gone) {
  auto run = begun_run();
  run.apply(run_event{run_prepared{at(1), {}, {}, std::nullopt, one()}});
  BOOST_TEST(run.state().context()->find("key")->as<int>() == 1);
  begin(run, 0);
  run.apply(run_event{run_prepared{at(2), status::callback_failed, "late",
                                   std::nullopt, nullptr}});
  BOOST_TEST(run.state().own_error().empty());
}

BOOST_AUTO_TEST_CASE(
  a_run_whose_end_is_known_has_ended_whatever_is_to_run_now) {
  flow.before_flow([](lightflow::flow&) {});
  flow.after_flow([](lightflow::flow&) {});
  for (auto x : {&first, &second}) {
    x->before_process([](lightflow::process&) {});
    x->after_process([](lightflow::process&) {});
  }
  auto run = begun_run();
  for (std::size_t i : {0, 1}) {
    begin(run, i);
    finish(run, i);
  }
  BOOST_TEST(!run.state().has_ended());
  run.close();
  BOOST_TEST(run.state().own_status() == status::success);
  for (std::size_t i : {0, 1})
    BOOST_TEST(run.process(i).own_status() == status::success);
}

BOOST_AUTO_TEST_SUITE_END()
