// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <map>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Counts how often each step ran, over engines and recoveries.
struct recovery_fixture : deterministic_fixture {
  /// A step that succeeds unless it is told not to.
  auto step_named(std::string name) {
    return [this, name](step& self) -> result<int> {
      ++runs[name];
      self.set("by " + name, name);
      if (fails[name] > 0 && fails[name]-- > 0)
        return fail("told to");
      return runs[name];
    };
  }

  /// As if the program had ended and was started again.
  void restart() {
    destroy_engine();
    engine();
    run_all();
  }

  run_report recover(const std::string& id) {
    auto handle = engine().recover(id);
    run_all();
    return handle.wait();
  }

  std::map<std::string, int> runs;
  std::map<std::string, int> fails;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(recovery_tests, recovery_fixture)

BOOST_AUTO_TEST_CASE(a_suspended_run_does_again_what_did_not_succeed) {
  catalog.flow("flow").recoverable();
  auto& process = *&catalog.flow("f2").recoverable().process("p");
  process.step("a", step_named("a"));
  process.step("b", step_named("b"), "a");
  process.step("c", step_named("c"), "b");
  process.step("d", step_named("d"), "a");
  fails["b"] = 1;
  auto run = start("f2");
  auto report = run.wait();
  BOOST_TEST(report.has(status::suspended));
  BOOST_TEST(report.process("p").has(status::suspended));
  BOOST_TEST(report.process("p").step("c").has(status::cancelled));
  auto again = recover(run.id());
  BOOST_TEST(again.success(), again.errors());
  BOOST_TEST(again.has(status::recovering));
  BOOST_TEST(runs["a"] == 1);
  BOOST_TEST(runs["b"] == 2);
  BOOST_TEST(runs["c"] == 1);
  BOOST_TEST(runs["d"] == 1);
  BOOST_TEST(again.process("p").step("b").has(status::recovering));
  BOOST_TEST(!again.process("p").step("a").has(status::recovering));
  restart();
  BOOST_TEST(engine().find(run.id())->wait().success());
}

BOOST_AUTO_TEST_SUITE_END()
