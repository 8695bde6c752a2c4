// SPDX-License-Identifier: MIT
#include "lightflow/core/run_history.hpp"

#include "state_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;
using phase = run_state::phase;

namespace {

const callback_breakpoint where{callback_moment::before, third_of_flow};

/// A run of two processes with one step each, played event by event.
struct run_history_fixture {
  lightflow::catalog catalog;
  flow_definition& flow = catalog.flow("flow");
  process_definition& first = flow.process("first");
  process_definition& second = flow.process("second");

  run_history_fixture() {
    first.step("a", nothing);
    second.step("b", nothing);
  }

  run_history begun() {
    return {catalog.plan("flow"), std::make_shared<const writes>(), epoch,
            true};
  }

  static void start(run_history& run, std::size_t process) {
    run.apply(process, process_started{at(1)});
    run.apply(process, step_started{0, 1, at(1)});
  }

  static void end(run_history& run, std::size_t process,
                  status outcome = status::success) {
    auto attempt = run.process(process).step(0).attempt;
    run.apply(process,
              step_finished{0, attempt, outcome, "", at(1), at(2), nullptr});
  }

  static void recover(run_history& run, bool reopened) {
    run.apply(run_event{run_recovered{at(9), "fingerprint", reopened}});
  }

  static status step_of(run_history& run, std::size_t process) {
    return run.process(process).step(0).flags;
  }

  const status again = status::pending | status::recovering;
  const status well_again = status::success | status::recovering;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(run_history_tests, run_history_fixture)

BOOST_AUTO_TEST_CASE(a_run_ends_with_the_last_of_its_processes) {
  auto run = begun();
  start(run, 0);
  end(run, 0);
  BOOST_TEST(run.is_new(1));
  BOOST_TEST((run.state().where() == phase::running));
  start(run, 1);
  end(run, 1);
  BOOST_TEST(run.state().own_status() == status::success);
  end(run, 1, status::error); // late
  BOOST_TEST(run.state().own_status() == status::success);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_goes_on_in_each_of_its_processes) {
  auto run = begun();
  start(run, 0);
  end(run, 0);
  start(run, 1);
  recover(run, false);
  BOOST_TEST(run.state().own_status() == again);
  BOOST_TEST(run.process(0).own_status() == status::success);
  BOOST_TEST(run.process(1).own_status() == again);
  BOOST_TEST(run.process(1).next_step().has_value());
  run.apply(1, step_started{0, 2, at(10)});
  end(run, 1);
  BOOST_TEST(run.state().own_status() == well_again);
}

BOOST_AUTO_TEST_CASE(a_process_that_had_not_started_at_a_crash_starts) {
  auto run = begun();
  start(run, 0);
  recover(run, false);
  BOOST_TEST(run.is_new(1));
  start(run, 1);
  BOOST_TEST(step_of(run, 1) == again);
  end(run, 1);
  BOOST_TEST(run.process(1).own_status() == well_again);
}

BOOST_AUTO_TEST_CASE(a_reopened_run_does_again_only_what_failed) {
  auto run = begun();
  start(run, 0);
  end(run, 0);
  start(run, 1);
  end(run, 1, status::error);
  BOOST_TEST(run.state().own_status() == (status::failed | status::suspended));
  for (std::uint32_t attempt = 2; attempt < 4; ++attempt) {
    recover(run, true);
    BOOST_TEST(run.state().own_status() == again);
    BOOST_TEST(run.process(0).own_status() == status::success);
    run.apply(1, step_started{0, attempt, at(10)});
    end(run, 1, attempt < 3 ? status::error : status::success);
    BOOST_TEST(run.state().has_ended());
  }
  BOOST_TEST(run.state().own_status() == well_again);
}

BOOST_AUTO_TEST_CASE(a_run_of_which_only_the_callbacks_failed_runs_these) {
  flow.after_flow([](lightflow::flow&) {});
  auto run = begun();
  for (std::size_t i : {0, 1}) {
    start(run, i);
    end(run, i);
  }
  run.apply(run_concluded{at(3), status::callback_failed, "no", {}, nullptr});
  BOOST_REQUIRE(run.state().own_status().has(status::suspended));
  recover(run, true);
  BOOST_TEST((run.state().where() == phase::concluding));
  run.apply(run_concluded{at(10), {}, {}, {}, nullptr});
  BOOST_TEST(run.state().own_status() == well_again);
  BOOST_TEST(run.state().own_error().empty());
}

BOOST_AUTO_TEST_CASE(
  a_crash_before_or_after_the_processes_runs_callbacks_again) {
  flow.before_flow([](lightflow::flow&) {});
  flow.after_flow([](lightflow::flow&) {});
  auto run = begun();
  recover(run, false);
  BOOST_TEST((run.state().where() == phase::preparing));
  run.apply(run_prepared{at(1), {}, {}, {}, nullptr});
  for (std::size_t i : {0, 1}) {
    start(run, i);
    end(run, i);
  }
  recover(run, false);
  BOOST_TEST((run.state().where() == phase::concluding));
  run.apply(run_concluded{at(10), {}, {}, {}, nullptr});
  BOOST_TEST(run.state().own_status() == well_again);
}

BOOST_AUTO_TEST_CASE(processes_of_a_barred_run_start_anew_when_it_is_reopened) {
  flow.before_flow([](lightflow::flow&) {});
  auto run = begun();
  for (int i = 0; i < 2; ++i) {
    run.apply(
      run_prepared{at(1), status::callback_failed, "no", where, nullptr});
    BOOST_TEST(run.state().own_status().has(status::suspended));
    BOOST_TEST(run.process(0).own_status().has(status::cancelled));
    recover(run, true);
    BOOST_TEST((run.state().where() == phase::preparing));
    BOOST_TEST((run.state().breakpoint() == where));
    BOOST_TEST(!run.state().is_barred());
    BOOST_TEST(run.is_new(0));
  }
  run.apply(run_prepared{at(10), {}, {}, {}, nullptr});
  BOOST_TEST(!run.state().breakpoint().has_value());
  for (std::size_t i : {0, 1}) {
    BOOST_TEST(run.process(i).to_prepare().has_record); // it never began
    start(run, i);
    BOOST_TEST(step_of(run, i) == again);
    end(run, i);
  }
  BOOST_TEST(run.state().own_status() == well_again);
}

BOOST_AUTO_TEST_CASE(processes_learn_of_a_pause_before_they_start) {
  flow.before_flow([](lightflow::flow&) {});
  auto run = begun();
  run.apply(0, process_paused{});
  run.apply(run_paused{});
  run.apply(run_prepared{at(1), {}, {}, {}, nullptr});
  recover(run, false);
  BOOST_TEST(run.state().own_status() == (again | status::paused));
  for (std::size_t i : {0, 1}) {
    run.apply(i, process_started{at(10)});
    BOOST_TEST(run.process(i).is_paused());
  }
  run.apply(run_resumed{});
  for (std::size_t i : {0, 1})
    run.apply(i, process_resumed{});
  BOOST_TEST(!run.process(0).is_paused());
  BOOST_TEST(!run.process(1).is_paused());
}

BOOST_AUTO_TEST_CASE(processes_learn_of_a_stop_before_they_start) {
  flow.before_flow([](lightflow::flow&) {});
  auto run = begun();
  run.apply(run_stopped{at(1)});
  run.apply(run_prepared{at(1), {}, {}, {}, nullptr});
  recover(run, false);
  for (std::size_t i : {0, 1})
    run.apply(i, process_started{at(10)});
  BOOST_TEST(run.state().own_status().has(status::stopped));
  BOOST_TEST(step_of(run, 0).has(status::stopped));
  recover(run, true);
  BOOST_TEST(run.state().own_status() == again);
  for (std::size_t i : {0, 1})
    BOOST_TEST(run.process(i).next_step().has_value());
}

BOOST_AUTO_TEST_CASE(a_stopped_run_is_recovered_as_one_that_failed) {
  auto run = begun();
  for (std::size_t i : {0, 1})
    start(run, i);
  run.apply(run_stopped{at(1)});
  for (std::size_t i : {0, 1}) {
    run.apply(i, process_stopped{at(1)});
    end(run, i);
  }
  BOOST_TEST(run.state().own_status() == (status::stopped | status::suspended));
  recover(run, true); // all steps had succeeded
  BOOST_TEST(run.state().own_status() == well_again);
}

BOOST_AUTO_TEST_CASE(a_run_ends_with_processes_that_stopped_at_a_crash) {
  for (bool told : {false, true}) { // of the stop before the crash
    auto run = begun();
    for (std::size_t i : {0, 1})
      start(run, i);
    run.apply(run_stopped{at(1)});
    for (std::size_t i : {0, 1})
      if (told)
        run.apply(i, process_stopped{at(1)});
    recover(run, false);
    BOOST_TEST(run.state().has_ended());
    BOOST_TEST(step_of(run, 0) == (status::stopped | status::recovering));
  }
}

BOOST_AUTO_TEST_CASE(steps_that_a_run_started_before_its_stop_was_known_count) {
  auto run = begun();
  start(run, 0);
  run.apply(run_stopped{at(1)});
  end(run, 0);
  BOOST_TEST(step_of(run, 0) == status::success);
  start(run, 1);
  BOOST_TEST(step_of(run, 1) == status::stopped);
  BOOST_TEST(run.state().own_status() == (status::stopped | status::suspended));
}

BOOST_AUTO_TEST_CASE(the_snapshot_of_a_run_has_all_its_processes) {
  auto run = begun();
  start(run, 0);
  auto snapshot = run.snapshot("id");
  BOOST_REQUIRE(snapshot.processes.size() == 2U);
  BOOST_TEST(snapshot.processes[0]->running() == 1U);
  BOOST_TEST((snapshot.processes[1]->wakes_by() == wake_source::start));
  end(run, 0); // which the snapshot does not see
  BOOST_TEST(snapshot.processes[0]->running() == 1U);
}

BOOST_AUTO_TEST_CASE(a_process_can_be_given_away_and_its_end_told) {
  auto run = begun();
  start(run, 1);
  end(run, 1);
  auto own = run.release(0);
  BOOST_TEST((own->wakes_by() == wake_source::start));
  run.end_process({status::error, at(5)});
  BOOST_TEST(run.state().own_status().has(status::suspended));
}

BOOST_AUTO_TEST_SUITE_END()
