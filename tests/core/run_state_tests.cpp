// SPDX-License-Identifier: MIT
#include "lightflow/core/run_state.hpp"

#include "lightflow/core/catalog.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"

using namespace lightflow;
using namespace lightflow::tests;
using phase = run_state::phase;

namespace {

struct run_state_fixture {
  run_state_fixture() {
    flow.process("a");
    flow.process("b");
  }

  run_state begun() {
    return {catalog.plan("flow"),
            std::make_shared<const writes>(writes{{"input", 1}}), epoch};
  }

  lightflow::catalog catalog;
  flow_definition& flow = catalog.flow("flow");
  callback_breakpoint where{callback_moment::before,
                            {callback_scope::defaults, 1}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(run_state_tests, run_state_fixture)

BOOST_AUTO_TEST_CASE(without_callbacks_a_run_is_its_processes) {
  auto state = begun();
  BOOST_TEST((state.where() == phase::running));
  BOOST_TEST(state.own_status() == status::pending);
  state.apply(process_done{status::success, at(1)});
  state.apply(process_done{status::success, at(3)});
  BOOST_TEST(state.has_ended());
  BOOST_TEST(state.own_status() == status::success);
  BOOST_TEST((state.end() == at(3)));
}

BOOST_AUTO_TEST_CASE(a_run_fails_with_its_processes) {
  auto state = begun();
  state.apply(process_done{status::failed, at(1)});
  BOOST_TEST(state.own_status() == (status::pending | status::failed));
  state.apply(process_done{status::success, at(1)});
  BOOST_TEST(state.own_status() == status::failed);
}

BOOST_AUTO_TEST_CASE(preparation_and_conclusion_come_before_and_after) {
  flow.before_flow([](lightflow::flow&) {});
  flow.after_flow([](lightflow::flow&) {});
  auto state = begun();
  BOOST_TEST((state.where() == phase::preparing));
  state.apply(run_prepared{
    at(1), {}, {}, {}, std::make_shared<const writes>(writes{{"key", 2}})});
  BOOST_TEST((state.where() == phase::running));
  BOOST_TEST(state.context()->find("key")->as<int>() == 2);
  BOOST_TEST(state.context()->find("input")->as<int>() == 1);
  state.apply(process_done{status::success, at(2)});
  state.apply(process_done{status::success, at(2)});
  BOOST_TEST((state.where() == phase::concluding));
  BOOST_TEST(!state.has_ended());
  BOOST_TEST(state.outcome() == status::success);
  state.apply(run_concluded{at(4), status::callback_failed, "no", where, {}});
  BOOST_TEST(state.own_status() == status::callback_failed);
  BOOST_TEST(state.own_error() == "no");
  BOOST_TEST((state.breakpoint() == where));
  BOOST_TEST((state.end() == at(4)));
}

BOOST_AUTO_TEST_CASE(a_run_that_was_told_to_stop_fails_whatever_ended_before) {
  auto state = begun();
  state.apply(process_done{status::success, at(2)});
  state.apply(process_done{status::success, at(2)});
  state.apply(run_stopped{at(1)});
  BOOST_TEST(state.own_status() == status::stopped);
}

BOOST_AUTO_TEST_CASE(a_stop_counts_although_the_processes_end_before_it) {
  flow.after_flow([](lightflow::flow&) {});
  auto state = begun();
  state.apply(process_done{status::success, at(2)});
  state.apply(process_done{status::success, at(2)});
  state.apply(run_stopped{at(1)}); // was accepted while they went on
  state.apply(run_concluded{at(4), {}, {}, {}, {}});
  BOOST_TEST(state.own_status() == status::stopped);
  state.apply(run_stopped{at(5)});
  BOOST_TEST((state.end() == at(4)));
}

BOOST_AUTO_TEST_CASE(a_failed_preparation_bars_the_processes) {
  flow.before_flow([](lightflow::flow&) {});
  auto state = begun();
  state.apply(run_prepared{at(1), status::callback_failed, "no", where, {}});
  BOOST_TEST(state.is_barred());
  BOOST_TEST((state.breakpoint() == where));
  state.apply(process_done{status::cancelled, at(1)});
  state.apply(process_done{status::cancelled, at(1)});
  BOOST_TEST(state.own_status() == status::callback_failed);
}

BOOST_AUTO_TEST_CASE(late_events_change_nothing) {
  flow.before_flow([](lightflow::flow&) {});
  auto state = begun();
  state.begin_processes();
  state.apply(run_prepared{at(1), status::callback_failed, "no", where, {}});
  state.apply(run_concluded{at(1), status::callback_failed, "no", where, {}});
  BOOST_TEST(state.own_status() == status::pending);
  state.apply(process_done{status::success, at(1)});
  state.apply(process_done{status::success, at(1)});
  state.apply(process_done{status::failed, at(9)});
  state.apply(run_paused{});
  BOOST_TEST(state.own_status() == status::success);
  BOOST_TEST((state.end() == at(1)));
}

BOOST_AUTO_TEST_CASE(a_run_is_paused_resumed_and_stopped) {
  auto state = begun();
  state.apply(run_paused{});
  BOOST_TEST(state.own_status() == (status::pending | status::paused));
  state.apply(run_resumed{});
  BOOST_TEST(!state.is_paused());
  state.apply(run_paused{});
  state.apply(run_stopped{at(1)});
  BOOST_TEST(!state.is_paused());
  BOOST_TEST(state.is_stopped());
  state.apply(process_done{status::stopped, at(1)});
  state.apply(process_done{status::stopped, at(1)});
  BOOST_TEST(state.own_status() == status::stopped);
}

BOOST_AUTO_TEST_CASE(a_flow_without_processes_has_ended_at_once) {
  catalog.flow("empty");
  run_state state{catalog.plan("empty"), std::make_shared<const writes>(),
                  epoch};
  BOOST_TEST(state.has_ended());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_not_at_its_end_says_what_it_waits_for) {
  flow.before_flow([](lightflow::flow&) {});
  flow.after_flow([](lightflow::flow&) {});
  run_state state{catalog.plan("flow"), std::make_shared<const writes>(), epoch,
                  true};
  BOOST_TEST((state.wakes_by() == wake_source::preparation));
  state.apply(run_prepared{at(1), {}, "", std::nullopt, nullptr});
  BOOST_TEST((state.wakes_by() == wake_source::processes));
  state.apply(process_done{status::success, at(2)});
  state.apply(process_done{status::error, at(2)});
  BOOST_TEST((state.wakes_by() == wake_source::conclusion));
  state.apply(run_concluded{at(3), {}, "", std::nullopt, nullptr});
  BOOST_TEST((state.wakes_by() == wake_source::recovery));
  state.recover({at(4), "", true}, 1);
  BOOST_TEST((state.wakes_by() == wake_source::processes));
  state.apply(process_done{status::success, at(5)});
  state.apply(run_concluded{at(6), {}, "", std::nullopt, nullptr});
  BOOST_TEST((state.wakes_by() == wake_source::ended));
}

BOOST_AUTO_TEST_SUITE_END()
