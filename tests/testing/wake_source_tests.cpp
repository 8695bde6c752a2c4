// SPDX-License-Identifier: MIT
#include "crash_scenarios.hpp"

#include <boost/test/data/test_case.hpp>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

using records = std::vector<journal_record>;

/// All records of a run of a scenario.
records records_of(const crash_scenario& what, crash_fixture& world) {
  what.define(world);
  auto run = world.engine().start_as("r1", "flow", {{"input", 1}});
  world.run_all();
  what.drive(world, run);
  records result;
  record_codec codec;
  world.journal->read("r1", [&](std::uint64_t, std::string_view bytes) {
    result.push_back(codec.decode("r1", bytes));
    return true;
  });
  return result;
}

/// A run as its first n records make it.
run_history replay_first(std::size_t n, const records& from,
                         std::shared_ptr<const flow_plan> plan) {
  auto& begun = std::get<run_begun>(from[0]);
  run_history result{std::move(plan), begun.input, begun.time, true};
  for (std::size_t i = 1; i < n; ++i)
    if (auto of_run = std::get_if<run_event>(&from[i]))
      result.apply(*of_run);
    else
      result.apply(std::get<process_record>(from[i]).process,
                   std::get<process_record>(from[i]).event);
  return result;
}

/// Whether what is to wake a process is there.
bool is_there(wake_source what, const process_state& x) {
  switch (what) {
  case wake_source::ended:
    return x.has_ended();
  case wake_source::start:
    return !x.has_started();
  case wake_source::preparation:
    return x.is_preparing();
  case wake_source::running_step:
    return x.running() > 0;
  case wake_source::ready_step:
    return x.next_step().has_value();
  case wake_source::resume:
    return x.is_paused();
  case wake_source::conclusion:
    return x.steps_ended() || !x.concluding().empty();
  case wake_source::retry:
    for (step_index i = 0; i < x.plan().steps.size(); ++i)
      if (x.step(i).phase == step_phase::backing_off)
        return true;
    return false;
  case wake_source::worker:
    return x.running_delegated() > 0;
  case wake_source::processes: // of runs only
  case wake_source::recovery:
    return false;
  }
  return false;
}

void check_wake_sources(run_history& x) {
  bool all_ended = true;
  for (std::size_t i = 0; i < x.plan()->processes.size(); ++i) {
    auto& process = x.process(i);
    auto source = process.wakes_by();
    BOOST_TEST(is_there(source, process), process.plan().name
                                            << " waits for "
                                            << static_cast<int>(source));
    BOOST_TEST((source == wake_source::ended) == process.has_ended());
    all_ended = all_ended && process.has_ended();
  }
  if (x.state().where() == run_state::phase::running)
    BOOST_TEST(!all_ended);
}

} // namespace

BOOST_AUTO_TEST_SUITE(wake_source_tests)

BOOST_DATA_TEST_CASE(after_each_record_something_makes_the_run_go_on,
                     boost::unit_test::data::make(scenarios), scenario) {
  crash_fixture world;
  auto all = records_of(scenario, world);
  for (std::size_t n = 1; n <= all.size(); ++n)
    BOOST_TEST_CONTEXT("after record " << n << ", " << kind_of(all[n - 1])) {
      auto plan = world.catalog.plan("flow");
      auto live = replay_first(n, all, plan);
      check_wake_sources(live);
      auto interrupted = replay_first(n, all, plan);
      interrupted.apply(run_recovered{});
      check_wake_sources(interrupted);
    }
}

BOOST_AUTO_TEST_SUITE_END()
