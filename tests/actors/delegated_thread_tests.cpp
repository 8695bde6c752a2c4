// SPDX-License-Identifier: MIT
// Steps that actors do, on real threads: what only these can show.
#include "doers.hpp"
#include "fixture.hpp"

#include <caf/scoped_actor.hpp>

#include <atomic>
#include <fstream>
#include <latch>
#include <mutex>
#include <random>
#include <thread>

#include <unistd.h>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

using promise = caf::typed_response_promise<step_answer>;

std::size_t status_number(std::string_view field) {
  std::ifstream in{"/proc/self/status"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(field))
      return std::stoul(line.substr(field.size()));
  return 0;
}

struct delegated_thread_fixture {
  ~delegated_thread_fixture() {
    for (auto& x : doers)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  }

  engine_options options() {
    engine_options result;
    result.log = [](log_level, std::string_view) {};
    result.journal = journal;
    return result;
  }

  /// Answers all when it is told to.
  caf::actor spawn_gate(std::latch& all_asked) {
    return doers.emplace_back(
      system.spawn([&all_asked](caf::event_based_actor* self) {
        auto open = std::make_shared<std::vector<promise>>();
        return caf::behavior{[=, &all_asked](step_request&) {
                               all_asked.count_down();
                               return open->emplace_back(
                                 self->make_response_promise<promise>());
                             },
                             [=](caf::ok_atom) {
                               for (auto& x : std::exchange(*open, {}))
                                 x.deliver(step_answer{1});
                             }};
      }));
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<caf::actor> doers;
  lightflow::catalog catalog;
  std::shared_ptr<lightflow::journal> journal
    = std::make_shared<memory_journal>();
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(promise)

BOOST_FIXTURE_TEST_SUITE(delegated_thread_tests, delegated_thread_fixture)

BOOST_AUTO_TEST_CASE(a_thousand_steps_that_wait_hold_no_thread) {
  constexpr std::size_t steps = 1000;
  std::latch all_asked{steps};
  auto gate = spawn_gate(all_asked);
  auto& process = catalog.flow_with_process("flow");
  for (std::size_t i = 0; i < steps; ++i)
    process.step("s" + std::to_string(i), gate);
  auto few = options();
  few.threads = 2;
  few.max_threads = 4;
  engine engine{system, catalog, few};
  auto threads = status_number("Threads:");
  auto bytes = 1024 * status_number("VmRSS:");
  auto run = engine.start("flow");
  all_asked.wait();
  auto grown = 1024 * status_number("VmRSS:") - bytes;
  BOOST_TEST_MESSAGE(grown / steps << " bytes per step that waits");
  BOOST_TEST(status_number("Threads:") <= threads + 5);
  BOOST_TEST(grown / steps < 64 * 1024);
  caf::anon_send(gate, caf::ok_atom::value);
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(an_engine_ends_at_once_while_steps_wait) {
  constexpr std::size_t steps = 100;
  std::latch all_asked{steps};
  auto gate = spawn_gate(all_asked);
  auto& process = catalog.flow_with_process("flow");
  for (std::size_t i = 0; i < steps; ++i)
    process.step("s" + std::to_string(i), gate);
  for (auto where : {executor::own_threads, executor::system_scheduler}) {
    auto how = options();
    how.runs_on = where;
    engine engine{system, catalog, how};
    engine.start("flow");
    if (where == executor::own_threads)
      all_asked.wait();
  }
}

BOOST_AUTO_TEST_CASE(an_engine_that_ends_does_not_leave_steps_that_timed_out) {
  std::latch all_asked{1};
  auto gate = spawn_gate(all_asked);
  catalog.flow_with_process("flow").step("a", gate).step_timeout(1ms);
  for (int i = 0; i < 100; ++i) {
    auto how = options();
    how.runs_on
      = i % 2 == 0 ? executor::own_threads : executor::system_scheduler;
    engine engine{system, catalog, how};
    BOOST_TEST(engine.run("flow").has(status::failed));
  }
}

BOOST_AUTO_TEST_CASE(whatever_happens_at_once_each_run_ends) {
  std::atomic<int> asked{0};
  auto doer = doers.emplace_back(
    system.spawn([&asked](caf::event_based_actor* self) {
      return caf::behavior{
        [&asked, self](step_request&) -> caf::result<step_answer> {
          auto n = ++asked;
          if (n % 7 == 0)
            return caf::make_error(caf::sec::runtime_error, "no");
          if (n % 5 == 0) { // later
            auto open = self->make_response_promise<promise>();
            self->delayed_send(self, std::chrono::microseconds{n % 500}, open);
            return caf::delegated<step_answer>{};
          }
          return step_answer{n};
        },
        [](promise& open) { open.deliver(step_answer{1}); }};
    }));
  auto& flow = catalog.flow("flow").recoverable();
  for (auto name : {"one", "two"}) {
    auto& process = flow.process(name);
    for (int i = 0; i < 10; ++i) {
      auto& step = process.step("s" + std::to_string(i), doer);
      step.retry(2).step_timeout(i % 3 == 0 ? duration{200us} : duration{1min});
      if (i > 1)
        step.after("s" + std::to_string(i / 2));
    }
    process.after_step([](step&) {});
  }
  engine engine{system, catalog, options()};
  std::mt19937 random{1};
  std::vector<run_handle> runs;
  for (int i = 0; i < 200; ++i) {
    runs.push_back(engine.start("flow"));
    if (random() % 4 == 0)
      runs[random() % runs.size()].stop();
  }
  for (auto& run : runs)
    BOOST_TEST_REQUIRE(run.wait_for(30s).has_value());
}

BOOST_AUTO_TEST_CASE(a_doer_that_ends_fails_all_that_wait_for_it) {
  for (int round = 0; round < 20; ++round) {
    constexpr int steps = 100;
    std::latch all_asked{steps / 2};
    auto gate = system.spawn([&all_asked](caf::event_based_actor* self) {
      auto n = std::make_shared<int>(0);
      return caf::behavior{[=, &all_asked](step_request&) {
        if (++*n <= steps / 2)
          all_asked.count_down();
        return self->make_response_promise<promise>();
      }};
    });
    lightflow::catalog own;
    auto& process = own.flow_with_process("flow");
    for (int i = 0; i < steps; ++i)
      process.step("s" + std::to_string(i), gate);
    engine engine{system, own, options()};
    auto run = engine.start("flow");
    all_asked.wait();
    caf::anon_send_exit(gate, caf::exit_reason::kill);
    auto report = run.wait_for(30s);
    BOOST_TEST_REQUIRE(report.has_value());
    BOOST_TEST(report->process("flow").failed_steps().size() == steps);
  }
}

BOOST_AUTO_TEST_CASE(a_doer_ends_with_the_last_definition_that_has_it) {
  caf::scoped_actor self{system};
  {
    auto doer = system.spawn([](caf::event_based_actor*) {
      return caf::behavior{[](step_request&) -> step_answer { return 1; }};
    });
    self->monitor(doer);
    lightflow::catalog own;
    own.flow_with_process("flow").step("s", doer).step_timeout(20s);
    engine engine{system, own, options()};
    BOOST_TEST(engine.start_as("r1", "flow").wait().success());
  }
  bool has_ended = false;
  self->receive([&](const caf::down_msg&) { has_ended = true; },
                caf::after(10s) >> [] {});
  BOOST_TEST(has_ended);
}

BOOST_AUTO_TEST_SUITE_END()
