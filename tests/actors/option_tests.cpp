// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include "lightflow/actors/worker.hpp"

#include <functional>
#include <string>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct option_fixture {
  void refuses_engine(const std::function<void(engine_options&)>& set,
                      std::initializer_list<std::string_view> words) {
    engine_options options;
    options.log = [](log_level, std::string_view) {};
    set(options);
    BOOST_CHECK_EXCEPTION((engine{flows, options}), error, says(words));
  }

  void refuses_worker(const std::function<void(worker_options&)>& set,
                      std::initializer_list<std::string_view> words) {
    worker_options options{{"localhost", 4711}, {"gpu"}, "w1"};
    set(options);
    BOOST_CHECK_EXCEPTION((worker{flows, options}), error, says(words));
  }

  catalog flows;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(option_tests, option_fixture)

BOOST_AUTO_TEST_CASE(an_engine_refuses_times_that_make_no_sense) {
  refuses_engine([](auto& x) { x.worker_heartbeat = 0s; },
                 {"worker_heartbeat", "from 1ms to"});
  refuses_engine([](auto& x) { x.worker_heartbeat = duration::max(); },
                 {"worker_heartbeat"});
  refuses_engine([](auto& x) { x.worker_patience = 1s; },
                 {"worker_patience is 1000ms", "from 2000ms to"});
}

BOOST_AUTO_TEST_CASE(a_worker_refuses_times_that_make_no_sense) {
  refuses_worker([](auto& x) { x.drain_time = duration::max(); },
                 {"drain_time"});
  refuses_worker([](auto& x) { x.answer_time = 0s; }, {"answer_time"});
  refuses_worker([](auto& x) { x.first_wait = 0s; }, {"first_wait"});
  refuses_worker([](auto& x) { x.longest_wait = -1s; }, {"longest_wait"});
}

BOOST_AUTO_TEST_CASE(a_worker_that_no_engine_takes_is_refused_at_once) {
  refuses_worker([](auto& x) { x.slots = 1'000'000; }, {"w1", "slots"});
  refuses_worker(
    [](auto& x) {
      x.labels.clear();
      for (int i = 0; i < 100; ++i)
        x.labels.push_back("label" + std::to_string(i));
    },
    {"w1", "labels"});
}

BOOST_AUTO_TEST_CASE(waiting_for_ever_is_not_too_long) {
  flows.flow_with_process("flow").step("step", [](step&) {});
  engine_options options;
  options.log = [](log_level, std::string_view) {};
  engine runs{flows, options};
  auto run = runs.start("flow");
  BOOST_TEST(run.wait_for(duration::max()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
