// SPDX-License-Identifier: MIT
// A bound on runs, on real threads: callers that wait, what a long line of them
// costs, and disks that are slower than their callers.
#include "message_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// How many there are of something at once, and how many there were at most.
class gauge {
public:
  void enter() {
    auto now = ++now_;
    auto most = most_.load();
    while (most < now && !most_.compare_exchange_weak(most, now))
      continue;
  }

  void leave() {
    --now_;
  }

  int now() const {
    return now_;
  }

  int most() const {
    return most_;
  }

private:
  std::atomic<int> now_{0};
  std::atomic<int> most_{0};
};

/// An input that is there as long as anything refers to it.
std::shared_ptr<int> counted(gauge& x) {
  x.enter();
  return {new int{0}, [&x](int* p) {
            delete p;
            x.leave();
          }};
}

/// A disk that takes a millisecond for each batch, and how large these are.
class slow_journal : public memory_journal {
public:
  void commit(const journal_batch& batch, durability how) override {
    std::this_thread::sleep_for(1ms);
    most_ = std::max(most_.load(), batch.records.size());
    memory_journal::commit(batch, how);
  }

  std::size_t most() const {
    return most_;
  }

private:
  std::atomic<std::size_t> most_{0};
};

struct overload_thread_fixture {
  overload_thread_fixture() {
    options.log = [](log_level, std::string_view) {};
  }

  /// A flow whose runs are counted while they are under way.
  flow_definition& define(const std::string& name) {
    auto& flow = catalog.flow(name);
    flow.process(name).step("work", [this](step&) {
      under_way.enter();
      std::this_thread::yield();
      under_way.leave();
    });
    return flow;
  }

  /// Has four threads do something so many times each.
  template <class F>
  static void four_times(int n, F f) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&, i] {
        for (int j = 0; j < n; ++j)
          f(i * n + j);
      });
  }

  lightflow::catalog catalog;
  engine_options options;
  gauge under_way;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(overload_thread_tests, overload_thread_fixture)

BOOST_AUTO_TEST_CASE(far_more_starts_than_the_bound_take_no_more_memory) {
  gauge inputs_kept;
  define("flow");
  options.max_runs = 4;
  {
    engine engine{catalog, options};
    four_times(2500, [&](int) {
      engine.start("flow", {{"input", counted(inputs_kept)}});
    });
  }
  BOOST_TEST(under_way.most() <= 4);
  // Runs under way, one start per thread, and a few that are about to be freed.
  BOOST_TEST(inputs_kept.most() <= 64);
  BOOST_TEST(inputs_kept.now() == 0);
}

BOOST_AUTO_TEST_CASE(starts_that_are_refused_leave_nothing_behind) {
  gauge inputs_kept;
  std::atomic<int> refused{0};
  define("flow");
  options.max_runs = 2;
  options.excess = excess_starts::refuse;
  {
    engine engine{catalog, options};
    four_times(2500, [&](int) {
      try {
        engine.start("flow", {{"input", counted(inputs_kept)}});
      } catch (const error& e) {
        refused += e.code() == error_code::too_many_runs ? 1 : 10'000;
      }
    });
  }
  BOOST_TEST(under_way.most() <= 2);
  BOOST_TEST(refused <= 10'000);
  BOOST_TEST(inputs_kept.most() <= 64);
  BOOST_TEST(inputs_kept.now() == 0);
}

BOOST_AUTO_TEST_CASE(who_waited_for_the_end_of_a_run_has_its_place) {
  options.max_runs = 1;
  options.excess = excess_starts::refuse;
  options.journal = std::make_shared<memory_journal>();
  define("plain");
  define("kept").recoverable();
  engine engine{catalog, options};
  for (int i = 0; i < 500; ++i)
    for (auto flow : {"plain", "kept"})
      BOOST_TEST(engine.run(flow).success());
}

BOOST_AUTO_TEST_CASE(more_than_the_bound_can_be_started_with_one_call) {
  options.max_runs = 3;
  options.journal = std::make_shared<memory_journal>();
  define("plain");
  define("kept").recoverable();
  engine engine{catalog, options};
  for (auto flow : {"plain", "kept"}) {
    auto runs = engine.start_all(flow, std::vector<inputs>(300));
    std::set<std::string> ids;
    for (auto& run : runs) {
      BOOST_TEST(run.wait().success());
      ids.insert(run.id());
    }
    BOOST_TEST(ids.size() == 300U);
  }
  BOOST_TEST(under_way.most() <= 3);
}

BOOST_AUTO_TEST_CASE(messages_are_answered_or_refused_however_many_come) {
  constexpr int many = 2000;
  define("flow");
  options.max_runs = 2;
  options.max_waiting = 10;
  engine engine{catalog, options};
  auto front = actor_of(engine);
  caf::scoped_actor self{front.home_system()};
  auto ask = [&] {
    return self->request(front, caf::infinite, messages::run{"flow"});
  };
  std::vector<decltype(ask())> all;
  for (int i = 0; i < many; ++i)
    all.push_back(ask());
  int answered = 0;
  int refused = 0;
  for (auto& x : all)
    x.receive([&](const messages::run_status&) { ++answered; },
              [&](const caf::error& why) {
                auto code = from_caf(why).code();
                refused += code == error_code::too_many_runs ? 1 : many;
              });
  BOOST_TEST(answered >= 12);
  BOOST_TEST(answered + refused == many);
  BOOST_TEST(under_way.most() <= 2);
}

BOOST_AUTO_TEST_CASE(a_step_that_waits_for_a_place_is_woken_by_the_end) {
  std::latch begun{1};
  std::atomic<bool> was_closed{false};
  lightflow::engine* to = nullptr;
  catalog.flow_with_process("other");
  catalog.flow_with_process("outer").step("start", [&](step&) {
    begun.count_down();
    try {
      to->start("other");
    } catch (const error& e) {
      was_closed = e.code() == error_code::engine_closed;
    }
  });
  options.max_runs = 1;
  std::optional<lightflow::engine> engine;
  engine.emplace(catalog, options);
  to = &*engine;
  engine->start("outer");
  begun.wait();
  engine.reset();
  BOOST_TEST(was_closed.load());
}

BOOST_AUTO_TEST_CASE(a_slow_disk_slows_starts_and_no_more_is_kept_for_it) {
  auto disk = std::make_shared<slow_journal>();
  options.journal = disk;
  options.max_runs = 16;
  define("kept").recoverable();
  {
    engine engine{catalog, options};
    four_times(
      100, [&](int i) { engine.start_as("r" + std::to_string(i), "kept"); });
  }
  // Some were under way when the engine ended; they go on.
  engine engine{catalog, options};
  for (int i = 0; i < 400; ++i)
    BOOST_TEST(engine.find("r" + std::to_string(i))->wait().success());
  // A run that goes from its begin to its end has five records.
  BOOST_TEST(disk->most() <= 16U * 5U);
}

BOOST_AUTO_TEST_SUITE_END()
