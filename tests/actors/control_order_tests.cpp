// SPDX-License-Identifier: MIT
#include "recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Two processes: the steps of one use the run's handle while those of the
/// other come and go, so that controls meet it between any two messages.
struct control_order_fixture : recovery_fixture {
  using action = std::function<void(const run_handle&)>;

  /// Has the `n`-th step of the second process do something.
  void define(int n, action act) {
    flow.before_flow(noting("before"));
    other = &flow.process("other");
    for (int i = 0; i < 4; ++i)
      process.step("a" + std::to_string(i), working("a"),
                   steps_before(process, "a", i));
    for (int i = 0; i <= n; ++i)
      other->step(
        "b" + std::to_string(i),
        [this, is_last = i == n, act](step&) {
          if (is_last && !std::exchange(acted, true))
            act(*engine().find("r1"));
        },
        steps_before(*other, "b", i));
  }

  static sync_point steps_before(process_definition& x, const char* name,
                                 int i) {
    if (i == 0)
      return x.parallel(named(std::string{name} + "_first", [](step&) {}));
    return x
      .parallel(
        named(std::string{name} + "_" + std::to_string(i), [](step&) {}))
      .after(name + std::to_string(i - 1));
  }

  process_definition* other = nullptr;
  bool acted = false;
};

const end_state shown{{"by a"}};

/// The same with what a step of another process does at any moment.
void check_order(const control_order_fixture::action& act,
                 const control_order_fixture::action& then) {
  for (int n = 0; n < 12; ++n)
    BOOST_TEST_CONTEXT("after " << n << " steps") {
      control_order_fixture world;
      world.define(n, act);
      auto run = world.start_flow();
      BOOST_TEST(shown.of(run.look()) == shown.of(world.stored()));
      then(run);
      world.run_all();
      BOOST_REQUIRE(run.has_ended());
      BOOST_TEST(shown.of(run.wait()) == shown.of(world.stored()));
      auto condition = run.wait().success() ? run_condition::finished
                                            : run_condition::suspended;
      BOOST_TEST(world.engine().list(condition).size() == 1U);
      if (run.wait().success())
        continue;
      world.restart();
      auto report = world.recover();
      BOOST_TEST(report.success(), report.errors());
    }
}

void leave(const run_handle&) {}

void resume(const run_handle& x) {
  x.resume();
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_order_tests)

BOOST_AUTO_TEST_CASE(a_stop_comes_where_the_journal_has_it) {
  check_order([](auto& x) { x.stop(); }, leave);
}

BOOST_AUTO_TEST_CASE(a_stop_of_a_process_comes_where_the_journal_has_it) {
  check_order([](auto& x) { x.stop("process"); }, leave);
}

BOOST_AUTO_TEST_CASE(a_pause_comes_where_the_journal_has_it) {
  check_order([](auto& x) { x.pause(); }, resume);
}

BOOST_AUTO_TEST_CASE(pauses_of_a_run_and_its_process_keep_their_order) {
  check_order(
    [](auto& x) {
      x.pause("process");
      x.resume();
      x.pause();
      x.resume("process");
    },
    resume);
}

BOOST_FIXTURE_TEST_CASE(
  a_process_paused_before_it_starts_sees_what_callbacks_set, recovery_fixture) {
  flow.before_flow([this](lightflow::flow& x) {
    x.set("early", 1);
    found().pause("process");
  });
  flow.before_flow([](lightflow::flow& x) { x.set("late", 2); });
  process.step("a", [](step& x) {
    return x.get<int>("early").value_or(0) + x.get<int>("late").value_or(0);
  });
  auto run = start_flow();
  BOOST_TEST(run.look().process("process").has(status::paused));
  restart();
  run = found();
  BOOST_TEST(run.look().process("process").has(status::paused));
  run.resume("process");
  run_all();
  auto report = run.wait();
  BOOST_TEST(report.process("process").step("a").result<int>().value() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
