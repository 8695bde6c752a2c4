// SPDX-License-Identifier: MIT
// Whoever pauses or stops a run does so at any moment of it: the journal must
// tell of the same run as the engine did.
#include "fixture.hpp"

#include <functional>
#include <stdexcept>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// All that a report says of how units ended.
std::string describe(const run_report& x) {
  auto result = to_string(x.state());
  for (auto& process : x.processes()) {
    result += "\n" + process.name() + ' ' + to_string(process.state());
    for (auto& step : process.steps())
      result += "; " + step.name() + ' ' + to_string(step.state()) + ' '
                + std::to_string(step.attempt());
  }
  return result;
}

/// Runs of two processes, which wait for a second before most of what happens.
struct journal_control_fixture : deterministic_fixture {
  journal_control_fixture() {
    auto& flow = catalog.flow("flow").recoverable();
    for (auto name : {"p", "q"}) {
      auto& process = flow.process(name);
      process.retry(1, 1s);
      process.step("a", [](step& self) -> result<> {
        if (self.attempt() == 1)
          return fail("not yet");
        return {};
      });
      process.step(
        "b", [](step&) {}, "a");
      process.step(
        "c", [](step&) {}, "b");
    }
  }

  /// Does the next so many things, if there are as many.
  void run_some(int n) {
    try {
      for (int i = 0; i < n; ++i)
        run_one();
    } catch (const std::runtime_error&) {
      // CAF's way to say that there is nothing to do.
    }
  }

  /// Does something to a run at each moment of it, one after the other, and
  /// compares what the engine says of it with what the next engine does.
  void at_each_moment(const std::function<void(run_handle&)>& act,
                      const std::function<void(run_handle&)>& then) {
    for (int moment = 0; moment < 60; ++moment)
      BOOST_TEST_CONTEXT("moment " << moment) {
        auto run = start("flow");
        skip(1s);
        run_some(moment);
        act(run);
        auto id = run.id();
        auto before = describe(run.look());
        destroy_engine();
        interrupted = interrupted_runs::wait;
        auto found = engine().find(id);
        BOOST_REQUIRE(found.has_value());
        BOOST_TEST(describe(found->look()) == before);
        then(*found);
      }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_control_tests, journal_control_fixture)

BOOST_AUTO_TEST_CASE(a_run_that_was_stopped_is_in_the_journal_as_it_ended) {
  at_each_moment([](run_handle& run) { run.stop(); },
                 [](run_handle& run) { BOOST_TEST(run.has_ended()); });
}

BOOST_AUTO_TEST_CASE(a_process_that_was_stopped_is_in_the_journal_as_it_ended) {
  at_each_moment([](run_handle& run) { run.stop("q"); }, [](run_handle&) {});
}

BOOST_AUTO_TEST_CASE(a_run_that_was_paused_is_so_in_the_journal_and_goes_on) {
  at_each_moment([](run_handle& run) { run.pause(); },
                 [&](run_handle& run) {
                   if (run.has_ended())
                     return;
                   auto again = run.recover();
                   BOOST_TEST(!again.wait_for(0s).has_value());
                   BOOST_TEST(again.resume());
                   advance(2s, 50ms);
                   BOOST_TEST(again.wait().success());
                 });
}

BOOST_AUTO_TEST_SUITE_END()
