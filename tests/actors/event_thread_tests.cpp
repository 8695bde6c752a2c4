// SPDX-License-Identifier: MIT
// Events and their handlers on real threads: many, blocked and late.
#include "feature_thread_fixture.hpp"

#include <atomic>
#include <fstream>
#include <latch>
#include <stdexcept>

#include <unistd.h>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_thread_tests, feature_thread_fixture)

BOOST_AUTO_TEST_CASE(a_million_events_are_handled_or_discarded_and_counted) {
#ifdef NDEBUG
  constexpr int events = 250'000;
#else
  constexpr int events = 10'000;
#endif
  constexpr int steps = 4;
  catalog.resource("db").on_initialize(
    [](resource&, const value&) -> result<int> { return fail("no"); });
  for (int i = 0; i < steps; ++i)
    process.step("s" + std::to_string(i), [](step& s) {
      for (int n = 0; n < events; ++n)
        (void)s.attach("db");
    });
  auto& quick = catalog.flow_with_process("quick");
  quick.step("a", [](step&) {});
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> discarded{0};
  options.events.handle(event_stage::resource, [&](const event&) { ++handled; })
    .on_discard([&](const event&) { ++discarded; });
  auto before = resident_bytes();
  event_counts counts;
  {
    engine engine{catalog, options};
    auto busy = engine.start("flow");
    BOOST_TEST(engine.run("quick").success()); // among them
    auto report = busy.wait();
    BOOST_TEST(report.success(), report.errors());
    auto all = [&] { return counts.handled + counts.discarded; };
    do
      counts = engine.event_counts();
    while (all() < steps * events);
    BOOST_TEST(all() == steps * events);
  }
  BOOST_TEST(handled == counts.handled);
  BOOST_TEST(discarded + counts.unseen == counts.discarded);
// Sanitizers keep what was freed, and notes on what is used.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  BOOST_TEST(resident_bytes() < before + (64U << 20));
#else
  (void)before;
#endif
}

BOOST_AUTO_TEST_CASE(a_handler_that_blocks_loses_its_place_after_a_while) {
  process.before_step([](step&) -> result<> { return fail("no"); });
  process.step("first", [](step&) {});
  process.step(
    "second", [](step&) {}, "first");
  std::latch second_handled{1};
  options.events.handlers_at_once(1).time_limit(10ms).handle(
    event_stage::callback, [&](const event& x) {
      if (x.step_name == "first")
        blocked.wait();
      else
        second_handled.count_down();
    });
  engine engine{catalog, options};
  BOOST_TEST(engine.run("flow").success()); // no run waits for a handler
  second_handled.wait();
  BOOST_TEST(engine.event_counts().handled <= 1U);
  blocked.open();
}

BOOST_AUTO_TEST_CASE(so_many_handlers_run_at_once_and_no_more) {
  constexpr int limit = 3;
  constexpr int events = 12;
  process.before_step([](step&) -> result<> { return fail("no"); });
  for (int i = 0; i < events; ++i)
    process.step("s" + std::to_string(i), [](step&) {});
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  options.events.handlers_at_once(limit).handle(
    event_stage::callback, [&](const event&) {
      auto now = ++running;
      for (int seen = most;
           now > seen && !most.compare_exchange_weak(seen, now);)
        ;
      if (now == limit)
        blocked.open();
      blocked.wait(); // for as many as may run
      --running;
    });
  {
    engine engine{catalog, options};
    BOOST_TEST(engine.run("flow").success());
  }
  BOOST_TEST(most == limit);
}

BOOST_AUTO_TEST_CASE(a_logger_that_throws_does_no_harm) {
  options.log
    = [](log_level, std::string_view) { throw std::runtime_error("bang"); };
  process.before_step([](step&) -> result<> { return fail("no"); });
  process.step("a", [](step&) {});
  std::latch handled{1};
  options.events.handle(event_stage::callback,
                        [&](const event&) { handled.count_down(); });
  engine engine{catalog, options};
  BOOST_TEST(engine.run("flow").success());
  handled.wait();
}

BOOST_AUTO_TEST_CASE(handlers_that_block_take_no_threads_from_steps) {
  options.max_threads = 2;
  options.events.handlers_at_once(4).handle(
    event_stage::callback, [&](const event&) { blocked.wait(); });
  process.before_step([](step&) -> result<> { return fail("no"); });
  for (int i = 0; i < 8; ++i)
    process.step("s" + std::to_string(i), [](step&) {});
  engine engine{catalog, options};
  BOOST_TEST(engine.run("flow").success());
  BOOST_TEST(engine.run("flow").success());
  blocked.open();
}

BOOST_AUTO_TEST_CASE(a_discard_handler_that_blocks_loses_its_place_as_well) {
  std::latch three{3};
  catalog.resource("db").on_initialize(
    [](resource&, const value&) -> result<int> { return fail("no"); });
  process.step("a", [&](step& s) {
    while (!three.try_wait())
      (void)s.attach("db");
  });
  options.events.capacity(1).handlers_at_once(2).time_limit(5ms).on_discard(
    [&](const event&) {
      three.count_down(three.try_wait() ? 0 : 1);
      blocked.wait();
    });
  engine engine{catalog, options};
  BOOST_TEST(engine.run("flow").success());
  blocked.open();
}

BOOST_AUTO_TEST_SUITE_END()
