// SPDX-License-Identifier: MIT
#include "crash_scenarios.hpp"

#include <boost/test/data/test_case.hpp>

#include <set>

using namespace lightflow;
using namespace lightflow::tests;
using lightflow::testing::commit_fate;

namespace {

/// Those that are tried with each pair of crashes, which takes its time.
const std::vector<crash_scenario> twice{scenarios[3], scenarios[6],
                                        scenarios[7]};

struct expectation {
  std::string end;
  std::size_t batches;
};

/// One program after the other on one journal.
struct crash_run : crash_fixture {
  explicit crash_run(const crash_scenario& what)
      : scenario(what), shown(what.keys) {
    scenario.define(*this);
  }

  /// Starts the run and does with it what is to be done, as long as the journal
  /// lets it.
  void begin() {
    try {
      auto run = engine().start_as("r1", "flow", {{"input", 1}});
      run_all();
      scenario.drive(*this, run);
    } catch (const error&) {
      BOOST_REQUIRE((beyond == commit_fate::failed));
    }
  }

  /// The program is gone, and with it what the journal did not take.
  void crash() {
    destroy_engine();
    limit = no_limit;
    executed.clear();
  }

  /// Another program goes on. Nothing comes of it if the journal cannot have
  /// it.
  std::optional<run_report> go_on() {
    engine();
    run_all();
    auto run = engine().find("r1");
    if (!run)
      return std::nullopt;
    try {
      auto last = scenario.drive(*this, *run);
      if (last.has_ended())
        return last.wait();
    } catch (const error& e) {
      BOOST_TEST(taken == limit, e.what());
    }
    return std::nullopt;
  }

  run_report stored() {
    replay_source source{journal, record_codec{}, catalog,
                         std::make_shared<definition_cache>()};
    return run_report{std::make_shared<const run_snapshot>(
      replay(source, "r1").history.snapshot("r1"))};
  }

  /// Steps that the journal knows to have succeeded.
  std::set<std::string> finished_steps() {
    std::set<std::string> result;
    if (disk->find("r1"))
      for (auto& process : stored().processes())
        for (auto& step : process.steps())
          if (step.has(status::success))
            result.insert(step.name());
    return result;
  }

  /// Goes on, and checks that nothing is lost or done again that the journal
  /// has.
  void check_end(const expectation& expected) {
    auto finished = finished_steps();
    auto report = go_on();
    BOOST_REQUIRE(report.has_value());
    BOOST_TEST(shown.of(*report) == expected.end);
    BOOST_TEST(shown.of(stored()) == expected.end);
    for (auto& name : executed)
      BOOST_TEST(!finished.contains(name), name << " ran again");
  }

  const crash_scenario& scenario;
  end_state shown;
};

/// What comes of a scenario without a crash.
expectation undisturbed(const crash_scenario& x) {
  crash_run world{x};
  world.begin();
  auto report = world.engine().find("r1")->wait();
  auto end = world.shown.of(report);
  BOOST_TEST(world.shown.of(world.stored()) == end);
  return {end, world.taken};
}

} // namespace

BOOST_AUTO_TEST_SUITE(crash_tests)

BOOST_DATA_TEST_CASE(a_crash_at_any_record_does_not_change_the_end,
                     boost::unit_test::data::make(scenarios), scenario) {
  auto expected = undisturbed(scenario);
  BOOST_TEST_MESSAGE(expected.end);
  for (auto loss : {commit_fate::dropped, commit_fate::failed})
    for (std::size_t n = 1; n < expected.batches; ++n)
      if (loss == commit_fate::dropped || scenario.only_waits)
        BOOST_TEST_CONTEXT("crash after batch " << n) {
          crash_run world{scenario};
          world.limit = n;
          world.beyond = loss;
          world.begin();
          world.crash();
          world.check_end(expected);
        }
}

BOOST_DATA_TEST_CASE(a_crash_during_the_recovery_from_one_does_not_either,
                     boost::unit_test::data::make(twice), scenario) {
  auto expected = undisturbed(scenario);
  for (std::size_t n = 1; n < expected.batches; ++n)
    for (std::size_t m = 1;; ++m)
      BOOST_TEST_CONTEXT("crashes after batches " << n << " and " << m
                                                  << " more") {
        crash_run world{scenario};
        world.limit = n;
        world.begin();
        world.crash();
        world.limit = n + m;
        world.go_on();
        auto is_cut = world.taken == n + m;
        world.crash();
        world.check_end(expected);
        if (!is_cut)
          break;
      }
}

BOOST_DATA_TEST_CASE(what_is_shown_is_what_the_journal_has,
                     boost::unit_test::data::make(scenarios), scenario) {
  crash_run world{scenario};
  auto run = world.engine().start_as("r1", "flow", {{"input", 1}});
  world.stalls = true; // so that each batch can be waited for
  for (int i = 0; i < 3000 && !run.has_ended(); ++i) {
    world.advance(100ms, 100ms);
    BOOST_TEST(world.shown.of(run.look()) == world.shown.of(world.stored()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
