// SPDX-License-Identifier: MIT
// What only real threads can show. Bounds on time are wide: they tell "all at
// once" from "one after the other", never how fast a machine is.
#include "fixture.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

struct threads_fixture {
  lightflow::catalog catalog;

  std::mutex log_mutex;
  std::condition_variable logged;
  std::vector<std::string> log;

  engine_options logging() {
    engine_options result;
    result.log = [this](log_level, std::string_view text) {
      std::lock_guard guard{log_mutex};
      log.emplace_back(text);
      logged.notify_all();
    };
    return result;
  }

  void wait_until_logged() {
    std::unique_lock lock{log_mutex};
    logged.wait(lock, [this] { return !log.empty(); });
  }

  /// A step that returns when it is asked to stop.
  static result<> until_stopped(step& s) {
    std::atomic<bool> asked{false};
    std::stop_callback callback{s.stop_token(), [&] {
                                  asked = true;
                                  asked.notify_one();
                                }};
    asked.wait(false);
    return fail("was asked to stop");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(thread_tests, threads_fixture)

BOOST_AUTO_TEST_CASE(steps_that_block_run_at_once_however_few_cores) {
  // No step returns before all of them have started.
  constexpr int steps = 64;
  std::latch all_started{steps};
  auto& process = catalog.flow_with_process("flow");
  for (int i = 0; i < steps; ++i)
    process.step("step" + std::to_string(i),
                 [&](step&) { all_started.arrive_and_wait(); });
  engine engine{catalog};
  BOOST_TEST(engine.run("flow").success());
}

BOOST_AUTO_TEST_CASE(steps_that_block_are_seen_by_an_engine_that_just_woke_up) {
  // Whether an idle thread or the monitor has to help is a matter of timing.
  constexpr int steps = 8;
  std::optional<std::latch> all_started;
  auto& process = catalog.flow_with_process("flow");
  for (int i = 0; i < steps; ++i)
    process.step("step" + std::to_string(i),
                 [&](step&) { all_started->arrive_and_wait(); });
  for (int i = 0; i < 50; ++i) {
    all_started.emplace(steps);
    engine engine{catalog};
    auto run = engine.start("flow");
    BOOST_TEST_REQUIRE(run.wait_for(10s).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_step_times_out_on_time_among_steps_that_block) {
  constexpr int steps = 64;
  std::latch release{1};
  std::atomic<bool> told{false};
  auto& process = catalog.flow_with_process("flow");
  for (int i = 0; i < steps; ++i)
    process.step("step" + std::to_string(i), [&](step&) { release.wait(); });
  process
    .step("slow",
          [&](step& s) {
            until_stopped(s).ok();
            told = true;
            release.count_down(); // only a timeout lets the others go
            return 1;
          })
    .step_timeout(10ms);
  process.step(
    "next", [](step&) {}, "slow");
  engine engine{catalog};
  auto run = engine.run("flow").process("flow");
  BOOST_TEST(told);
  BOOST_TEST(run.step("slow").state() == status::timed_out);
  BOOST_TEST(!run.step("slow").result<int>().has_value());
  BOOST_TEST(run.step("next").state() == status::cancelled);
  BOOST_TEST(run.step("step0").success());
}

BOOST_AUTO_TEST_CASE(
  a_late_result_is_dropped_and_the_run_does_not_wait_for_it) {
  std::latch release{1};
  auto& process = catalog.flow_with_process("flow");
  process
    .step("stubborn",
          [&](step& s) {
            release.wait();
            s.set("key", "late");
          })
    .step_timeout(10ms);
  engine engine{catalog};
  auto run = engine.run("flow"); // ends although the function does not
  BOOST_TEST(run.process("flow").step("stubborn").has(status::timed_out));
  release.count_down();
  BOOST_TEST(!run.process("flow").get<std::string>("key").has_value());
}

BOOST_AUTO_TEST_CASE(a_process_timeout_ends_the_run_although_functions_run_on) {
  std::latch release{1};
  auto& process = catalog.flow_with_process("flow").process_timeout(10ms);
  process.step("stubborn", [&](step&) { release.wait(); });
  process.step(
    "next", [](step&) {}, "stubborn");
  engine engine{catalog};
  auto run = engine.run("flow").process("flow");
  BOOST_TEST(run.has(status::timed_out));
  BOOST_TEST(run.step("stubborn").has(status::timed_out));
  BOOST_TEST(run.step("next").has(status::cancelled));
  release.count_down();
}

BOOST_AUTO_TEST_CASE(pause_and_stop_answer_while_steps_block) {
  std::latch release{1};
  std::atomic<int> later{0};
  auto& process = catalog.flow_with_process("flow");
  for (int i = 0; i < 16; ++i)
    process.step("step" + std::to_string(i), [&](step&) { release.wait(); });
  process.sync_all("later", [&](step&) { ++later; });
  engine engine{catalog};
  auto run = engine.start("flow");
  BOOST_TEST(run.pause());
  BOOST_TEST(run.look().has(status::paused));
  BOOST_TEST(run.stop());
  release.count_down();
  auto report = run.wait();
  BOOST_TEST(report.has(status::stopped));
  BOOST_TEST(later == 0);
}

BOOST_AUTO_TEST_CASE(supervision_answers_when_every_thread_is_held) {
  std::latch release{1};
  auto& process = catalog.flow_with_process("flow");
  for (int i = 0; i < 8; ++i)
    process.step("step" + std::to_string(i), [&](step&) { release.wait(); });
  engine_options options;
  options.threads = 1;
  options.max_threads = 2;
  engine engine{catalog, options};
  auto run = engine.start("flow");
  auto other = engine.start("flow");
  BOOST_TEST(run.look().has(status::pending));
  BOOST_TEST(run.pause());
  BOOST_TEST(run.resume());
  release.count_down();
  BOOST_TEST(run.wait().success());
  BOOST_TEST(other.wait().success());
}

BOOST_AUTO_TEST_CASE(a_stopped_step_sees_its_stop_token) {
  catalog.flow_with_process("flow").step("waits", until_stopped);
  engine engine{catalog};
  auto run = engine.start("flow");
  BOOST_TEST(run.stop());
  auto report = run.wait();
  BOOST_TEST(report.has(status::stopped));
}

BOOST_AUTO_TEST_CASE(ten_thousand_runs_at_once_finish) {
  std::atomic<int> executed{0};
  auto& process = catalog.flow_with_process("flow");
  process.follow(named("a", [&](step&) { ++executed; }),
                 named("b", [&](step&) { ++executed; }));
  engine engine{catalog};
  std::vector<run_handle> runs;
  for (int i = 0; i < 10'000; ++i)
    runs.push_back(engine.start("flow"));
  auto succeeded = 0;
  for (auto& run : runs)
    succeeded += run.wait().success() ? 1 : 0;
  BOOST_TEST(succeeded == 10'000);
  BOOST_TEST(executed == 20'000);
}

BOOST_AUTO_TEST_CASE(a_fan_and_a_chain_of_100000_steps_finish) {
  std::atomic<int> executed{0};
  auto count = [&](step&) { ++executed; };
  auto& fan = catalog.flow_with_process("fan");
  fan.step("root", count);
  for (int i = 0; i < 100'000; ++i)
    fan.step("leaf" + std::to_string(i), count, "root");
  fan.sync_all("join", count);
  auto& chain = catalog.flow_with_process("chain");
  chain.step("step0", count);
  for (int i = 1; i < 100'000; ++i)
    chain.step("step" + std::to_string(i), count,
               "step" + std::to_string(i - 1));
  engine engine{catalog};
  BOOST_TEST(engine.run("fan").success());
  BOOST_TEST(executed == 100'002);
  BOOST_TEST(engine.run("chain").success());
  BOOST_TEST(executed == 200'002);
}

BOOST_AUTO_TEST_CASE(values_go_from_step_to_step_between_threads) {
  auto& process = catalog.flow_with_process("flow");
  std::vector<std::string> produced;
  for (int i = 0; i < 200; ++i) {
    auto name = "produce" + std::to_string(i);
    process.step(name, [i](step& s) {
      s.set("out", std::string(100, 'x') + std::to_string(i));
      return i;
    });
    process.step(
      "consume" + std::to_string(i),
      [i, name](step& s) -> result<> {
        if (*s.get<std::string>("out")
              != std::string(100, 'x') + std::to_string(i)
            || *s.result<int>(name) != i)
          return fail("got the value of another step");
        return {};
      },
      name);
  }
  engine engine{catalog};
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(engine.run("flow").errors().empty());
}

BOOST_AUTO_TEST_CASE(a_step_can_start_a_run_and_wait_for_it) {
  catalog.flow_with_process("inner").step("answer", [](step&) { return 42; });
  lightflow::engine* running = nullptr;
  catalog.flow_with_process("outer").step("calls", [&](step&) {
    auto run = running->run("inner");
    return *run.process("inner").step("answer").result<int>();
  });
  engine_options options;
  options.threads = 1;
  engine engine{catalog, options};
  running = &engine;
  auto run = engine.run("outer");
  BOOST_TEST(run.process("outer").step("calls").result<int>().value() == 42);
}

BOOST_AUTO_TEST_CASE(engines_share_a_system_and_a_catalog) {
  catalog.flow_with_process("flow").step("answer", [](step&) { return 42; });
  caf::actor_system_config config;
  caf::actor_system system{config};
  engine first{system, catalog};
  engine second{system, catalog};
  auto a = first.start("flow");
  auto b = second.start("flow");
  BOOST_TEST(a.wait().success());
  BOOST_TEST(b.wait().success());
}

BOOST_AUTO_TEST_CASE(an_engine_can_run_on_the_scheduler_of_its_system) {
  catalog.flow_with_process("flow").step("answer", [](step&) { return 42; });
  engine_options options;
  options.runs_on = executor::system_scheduler;
  engine engine{catalog, options};
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(engine.run("flow").success());
}

BOOST_AUTO_TEST_CASE(a_destroyed_engine_waits_for_functions_and_names_them) {
  std::latch started{1};
  catalog.flow_with_process("flow").step("held", [&](step& s) {
    started.count_down();
    auto x = until_stopped(s);
    wait_until_logged();
    return x;
  });
  std::optional<run_handle> run;
  {
    engine engine{catalog, logging()};
    run = engine.start_as("r1", "flow");
    started.wait();
  }
  BOOST_CHECK_THROW(run->look(), error);
  BOOST_REQUIRE(!log.empty());
  BOOST_TEST(log[0].find("r1/flow/held") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(
  a_destroyed_engine_waits_for_functions_of_timed_out_steps) {
  std::atomic<bool> returned{false};
  catalog.flow_with_process("flow")
    .step("late",
          [&](step& s) {
            until_stopped(s).ok();
            wait_until_logged();
            returned = true;
          })
    .step_timeout(1ms);
  {
    engine engine{catalog, logging()};
    BOOST_TEST(!engine.run("flow").success());
  }
  BOOST_TEST(returned);
  BOOST_TEST(log[0].find("late") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_engine_can_be_destroyed_at_any_moment) {
  std::atomic<unsigned> executed{0};
  auto& process = catalog.flow_with_process("flow");
  process.step("root", [](step&) {});
  for (int i = 0; i < 20; ++i)
    process.step(
      "leaf" + std::to_string(i),
      [&, i](step& s) {
        s.set("key", i);
        ++executed;
        executed.notify_all();
      },
      "root");
  process.sync_all("join", [](step& s) { return s.end_values<int>("key"); });
  std::mt19937 random{4711};
  for (int round = 0; round < 100; ++round) {
    std::vector<run_handle> runs;
    executed = 0;
    {
      engine engine{catalog, logging()};
      for (int i = 0; i < 20; ++i)
        runs.push_back(engine.start("flow"));
      // The moment is a number of leaves, of the 400 there are.
      auto moment = random() % 401;
      for (auto x = executed.load(); x < moment; x = executed.load())
        executed.wait(x);
    }
    for (auto& run : runs) {
      try {
        BOOST_TEST(run.wait().success());
      } catch (const error& e) {
        BOOST_TEST((e.code() == error_code::engine_closed));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(many_threads_can_use_one_engine) {
  catalog.flow_with_process("flow").step("answer", [](step&) { return 42; });
  engine engine{catalog};
  std::atomic<int> succeeded{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        auto run = engine.start_as("id" + std::to_string(i), "flow");
        succeeded += run.wait().success() ? 1 : 0;
        run.pause();
        run.look();
      }
    });
  for (auto& x : threads)
    x.join();
  BOOST_TEST(succeeded == 800);
}

BOOST_AUTO_TEST_SUITE_END()
