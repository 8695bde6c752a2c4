// SPDX-License-Identifier: MIT
// Callbacks and resources on real threads: at once, blocked and late.
#include "feature_thread_fixture.hpp"

#include <atomic>
#include <latch>
#include <mutex>
#include <semaphore>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(feature_thread_tests, feature_thread_fixture)

BOOST_AUTO_TEST_CASE(steps_that_attach_at_once_initialise_once) {
  constexpr int steps = 8;
  std::latch all{steps};
  std::atomic<int> initialised{0};
  std::atomic<int> released{0};
  catalog.resource("db")
    .on_initialize([&](resource&, const value&) { return ++initialised; })
    .on_release([&](resource&) { ++released; });
  for (int i = 0; i < steps; ++i)
    process.step("s" + std::to_string(i), [&](step& s) -> result<int> {
      all.arrive_and_wait();
      auto db = s.attach("db");
      if (!db)
        return db.reason();
      return (*db)->entity<int>();
    });
  engine engine{catalog, options};
  auto report = engine.run("flow");
  BOOST_TEST(report.success(), report.errors());
  for (auto& s : report.process("flow").steps())
    BOOST_TEST(s.result<int>().value() == 1);
  BOOST_TEST(initialised == 1);
  BOOST_TEST(released == 1);
}

BOOST_AUTO_TEST_CASE(resources_that_wait_for_each_other_do_not_hang) {
  std::latch both{2};
  auto needs = [&](const char* other) {
    return [&both, other](resource& x, const value&) -> result<> {
      both.arrive_and_wait();
      if (auto found = x.attach(other); !found)
        return found.reason();
      return {};
    };
  };
  // Each is initialised once here, and tried again once by the other.
  std::atomic<int> tries{0};
  auto once = [&](auto hook) {
    return [&tries, hook](resource& x, const value& p) -> result<> {
      if (++tries > 2)
        return {};
      return hook(x, p);
    };
  };
  catalog.resource("a").on_initialize(once(needs("b")));
  catalog.resource("b").on_initialize(once(needs("a")));
  for (auto name : {"a", "b"})
    process.step(name, [](step& s) { return s.attach(s.name()).ok(); });
  engine engine{catalog, options};
  BOOST_TEST(engine.run("flow").success());
}

BOOST_AUTO_TEST_CASE(a_function_that_returns_late_has_no_second_conclusion) {
  std::atomic<int> concluded{0};
  std::latch timed_out{1};
  process.step("slow", [&](step&) { blocked.wait(); }).step_timeout(10ms);
  process.after_step(must, [&](step& s) -> result<> {
    ++concluded;
    BOOST_TEST((s.state() == status::timed_out));
    timed_out.count_down();
    return fail("no");
  });
  engine engine{catalog, options};
  auto handle = engine.start("flow");
  timed_out.wait();
  blocked.open();
  auto state = handle.wait().process("flow").step("slow").state();
  BOOST_TEST((state == (status::timed_out | status::callback_failed)));
  BOOST_TEST(concluded == 1);
}

BOOST_AUTO_TEST_CASE(callbacks_after_a_step_may_take_as_long_again) {
  process.step("quick", [](step&) {}).step_timeout(1s);
  process
    .step("clock",
          [&](step& s) {
            while (!s.stop_requested())
              std::this_thread::yield();
            blocked.open();
          })
    .step_timeout(1200ms);
  process.after_step([&](step&) { blocked.wait(); }).only_for("quick");
  engine engine{catalog, options};
  auto report = engine.run("flow");
  BOOST_TEST(report.process("flow").step("clock").has(status::timed_out));
  BOOST_TEST(report.process("flow").step("quick").success());
}

BOOST_AUTO_TEST_CASE(a_callback_that_blocks_does_not_hold_the_work_queue) {
  std::latch waits{1};
  std::latch concludes{1};
  std::binary_semaphore goes_on{0};
  process.step("first", [](step&) {}).on("some");
  process.after_step([&](step&) {
    concludes.count_down();
    blocked.wait();
  });
  catalog.flow_with_process("other").step("second", [](step&) {}).on("other");
  options.events.handle(event_stage::distribute, [&](const event& x) {
    if (x.step_name == "first")
      waits.count_down();
    else
      goes_on.release();
  });
  engine engine{catalog, options};
  auto run = engine.start("flow");
  waits.wait();
  BOOST_TEST(run.stop()); // has the step tell the queue, and call the callback
  concludes.wait();
  auto other = engine.start("other");
  BOOST_TEST(goes_on.try_acquire_for(10s)); // tells that there is no worker
  blocked.open();
  BOOST_TEST(other.stop());
}

BOOST_AUTO_TEST_CASE(a_step_times_out_when_callbacks_take_longer_than_that) {
  std::atomic<int> concluded{0};
  std::vector<std::string> updates;
  std::mutex mutex;
  catalog.step_records().on_update([&](const step& s) {
    std::lock_guard guard{mutex};
    updates.push_back(s.name() + " " + to_string(s.state()));
  });
  process.step("quick", [](step&) {}).step_timeout(20ms);
  process
    .step(
      "next", [](step&) {}, "quick")
    .step_timeout(10s);
  process.after_step(must, [&](step&) {
    ++concluded;
    blocked.wait();
  });
  {
    engine engine{catalog, options};
    auto report = engine.run("flow");
    auto one = report.process("flow").step("quick");
    BOOST_TEST(one.has(status::timed_out));
    BOOST_TEST(
      (report.process("flow").step("next").state() == status::cancelled));
    blocked.open();
  }
  BOOST_TEST(concluded == 1);
  BOOST_TEST(updates == std::vector<std::string>{"quick failed|timed_out"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(steps_that_had_not_begun_are_cancelled_by_a_timeout) {
  options.threads = 1;
  options.max_threads = 1;
  std::atomic<int> ran{0};
  for (auto name : {"a", "b", "c"})
    process.step(name, [&](step&) { blocked.wait(); });
  process.after_step([&](step&) { ++ran; });
  process.process_timeout(20ms);
  std::vector<status> states;
  {
    engine engine{catalog, options};
    auto handle = engine.start("flow");
    while (!handle.look().process("flow").has(status::timed_out))
      std::this_thread::yield();
    blocked.open(); // while the callback waits for the one thread
    for (auto& s : handle.wait().process("flow").steps())
      states.push_back(s.state());
  }
  BOOST_TEST(std::count(states.begin(), states.end(), status::timed_out) == 1);
  BOOST_TEST(std::count(states.begin(), states.end(), status::cancelled) == 2);
  BOOST_TEST(ran == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_attached_by_a_step_whose_process_has_ended) {
  std::atomic<int> initialised{0};
  std::atomic<bool> attached{true};
  catalog.resource("db").on_initialize(
    [&](resource&, const value&) { ++initialised; });
  process
    .step("late",
          [&](step& s) {
            blocked.wait();
            attached = s.attach("db").ok();
          })
    .step_timeout(10ms);
  {
    engine engine{catalog, options};
    BOOST_TEST(!engine.run("flow").success());
    blocked.open();
  }
  BOOST_TEST(!attached);
  BOOST_TEST(initialised == 0);
}

BOOST_AUTO_TEST_CASE(what_is_initialised_too_late_is_released_at_once) {
  std::atomic<int> released{0};
  std::string why;
  catalog.resource("db")
    .on_initialize([&](resource&, const value&) { blocked.wait(); })
    .on_release([&](resource&) { ++released; });
  process
    .step("late",
          [&](step& s) {
            if (auto db = s.attach("db"); !db)
              why = db.reason().message;
          })
    .step_timeout(10ms);
  {
    engine engine{catalog, options};
    BOOST_TEST(!engine.run("flow").success());
    BOOST_TEST(released == 0);
    blocked.open();
  }
  BOOST_TEST(released == 1);
  BOOST_TEST(why
             == R"(resource "db" was released at once: process "flow" has )"
                "ended");
}

BOOST_AUTO_TEST_CASE(timeouts_of_any_length_are_taken) {
  process.step_timeout(duration::max()).process_timeout(duration::max());
  catalog.defaults().after_flow([](flow&) {});
  options.events.time_limit(duration::max());
  process.before_step([](step&) -> result<> { return fail("no"); });
  process.step("a", [](step&) {});
  engine engine{catalog, options};
  BOOST_TEST(engine.run("flow").success());
}

BOOST_AUTO_TEST_CASE(callbacks_that_block_are_given_up_after_the_timeout) {
  process.step("a", [](step&) {});
  process.process_timeout(20ms);
  auto& late = catalog.flow("late");
  late.process("late").step("a", [](step&) {});
  late.process_timeout(20ms);
  process.after_process([&](lightflow::process&) { blocked.wait(); });
  late.after_flow([&](flow&) { blocked.wait(); });
  auto& early = catalog.flow("early");
  early.process_timeout(20ms);
  early.process("early").step("a", [](step&) {});
  early.before_flow([&](flow&) { blocked.wait(); });
  auto& never = catalog.flow_with_process("never");
  never.process_timeout(20ms);
  never.step("a", [](step&) {});
  never.before_process([&](lightflow::process&) { blocked.wait(); });
  engine engine{catalog, options};
  auto report = engine.run("flow");
  BOOST_TEST((report.process("flow").state() == status::callback_failed));
  BOOST_TEST(report.process("flow").error().find("did not end within 20ms")
             != std::string::npos);
  BOOST_TEST((engine.run("late").state() == status::callback_failed));
  auto barred = engine.run("early");
  BOOST_TEST((barred.state() == status::callback_failed));
  BOOST_TEST((barred.process("early").has(status::cancelled)));
  auto timed_out = engine.run("never").process("never");
  BOOST_TEST((timed_out.state() == status::timed_out));
  BOOST_TEST((timed_out.step("a").state() == status::cancelled));
  blocked.open();
}

BOOST_AUTO_TEST_CASE(a_run_is_recorded_as_it_ended_although_callbacks_block) {
  options.journal = std::make_shared<memory_journal>();
  std::mutex mutex;
  std::map<std::string, std::pair<status, status>> rows;
  catalog.flow_records().on_update([&](const lightflow::flow& x) {
    std::lock_guard guard{mutex};
    rows[x.name()] = {x.state(), x.report().process(x.name()).state()};
  });
  for (auto is_kept : {false, true}) {
    auto name = is_kept ? "kept" : "plain";
    auto& flow = catalog.flow(name);
    if (is_kept)
      flow.recoverable();
    flow.process_timeout(20ms).after_flow(
      [&](lightflow::flow&) { blocked.wait(); });
    flow.process(name).step("a", [](step&) {});
  }
  {
    engine engine{catalog, options};
    for (auto name : {"plain", "kept"})
      BOOST_TEST(engine.run(name).has(status::callback_failed));
    blocked.open();
  }
  for (auto name : {"plain", "kept"}) {
    BOOST_TEST(rows[name].first.has(status::failed, status::callback_failed));
    BOOST_TEST(rows[name].second == status::success);
  }
}

BOOST_AUTO_TEST_CASE(a_process_whose_steps_have_ended_cannot_be_stopped) {
  gate after;
  process.step("a", [](step&) {});
  process.after_process([&](lightflow::process&) {
    after.open();
    blocked.wait();
  });
  engine engine{catalog, options};
  auto run = engine.start("flow");
  after.wait();
  BOOST_TEST(!run.stop("flow"));
  blocked.open();
  BOOST_TEST(run.wait().success());
}

// Its supervisor has left then, and the engine may not know that yet.
BOOST_AUTO_TEST_CASE(a_run_that_is_just_ending_is_given_by_another_start) {
  catalog.flow("short").recoverable().process("only").step("a", [](step&) {});
  options.journal = std::make_shared<memory_journal>();
  engine engine{catalog, options};
  std::atomic<int> succeeded = 0;
  auto start_all = [&] {
    for (int i = 0; i < 3000; ++i)
      try {
        auto run = engine.start_as(fmt::format("run-{}", i), "short");
        succeeded += run.wait().success() ? 1 : 0;
      } catch (const error& e) {
        BOOST_TEST_MESSAGE(e.what());
      }
  };
  std::thread other{start_all};
  start_all();
  other.join();
  BOOST_TEST(succeeded == 6000);
}

// -- being asked to stop ------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_a_step_has_waiting_for_a_stop_may_block) {
  gate begun;
  process.step("a", [&](step& self) {
    std::stop_callback blocks{self.stop_token(), [&] { blocked.wait(); }};
    begun.open();
    blocked.wait();
  });
  engine engine{catalog, options};
  auto run = engine.start("flow");
  begun.wait();
  BOOST_TEST(run.stop());
  BOOST_TEST(run.look().process("flow").has(status::stopped));
  blocked.open();
  BOOST_TEST(!run.wait().success());
}

BOOST_AUTO_TEST_CASE(steps_are_asked_to_stop_although_they_hold_all_threads) {
  gate begun;
  options.threads = options.max_threads = 1;
  process.step("a", [&](step& self) {
    gate asked;
    std::stop_callback callback{self.stop_token(), [&] { asked.open(); }};
    begun.open();
    asked.wait();
  });
  engine engine{catalog, options};
  auto run = engine.start("flow");
  begun.wait();
  BOOST_TEST(run.stop());
  run.wait();
}

BOOST_AUTO_TEST_SUITE_END()
