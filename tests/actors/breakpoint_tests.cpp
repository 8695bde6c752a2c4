// SPDX-License-Identifier: MIT
#include "recovery_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// Two callbacks that must succeed in each scope, for one moment of one kind of
/// unit, and a step.
struct breakpoint_fixture : recovery_fixture {
  template <class Define>
  void define_all(Define define) {
    define(catalog.defaults(), "d1");
    define(catalog.defaults(), "d2");
    define(flow, "f1");
    define(flow, "f2");
    define(process, "p1");
    define(process, "p2");
  }

  /// Has each callback fail in turn, and checks what a recovery runs.
  template <class Check>
  void check_each(Check check) {
    const lines all{"d1", "d2", "f1", "f2", "p1", "p2"};
    for (std::size_t i = 0; i < all.size(); ++i)
      BOOST_TEST_CONTEXT(all[i] << " failed") {
        fails[all[i]] = 1;
        happened.clear();
        auto id = "r" + std::to_string(i);
        auto report = engine().start_as(id, "flow").wait();
        BOOST_TEST(report.has(status::suspended));
        BOOST_TEST(report.has_any(status::callback_failed));
        if (i % 2 == 1)
          restart();
        report = recover(id);
        BOOST_TEST(report.success(), report.errors());
        check(lines(all.begin() + static_cast<std::ptrdiff_t>(i), all.end()));
      }
  }

  void check_happened(const lines& expected) {
    BOOST_TEST(happened == expected, boost::test_tools::per_element());
  }

  static lines join(lines first, const lines& then) {
    first.insert(first.end(), then.begin(), then.end());
    return first;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(breakpoint_tests, breakpoint_fixture)

// -- of steps -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_step_goes_on_at_the_callback_before_it_that_failed) {
  define_all([this](auto& x, const char* name) {
    x.before_step(must, noting(name)).only_for("step");
  });
  process.step("first", noting("first"));
  process.step("step", noting("step"), "first");
  process.step("next", noting("next"), "step");
  check_each([this](lines rest) {
    check_happened(join(rest, {"step", "next"}));
  });
}

BOOST_AUTO_TEST_CASE(a_step_goes_on_at_the_callback_after_it_that_failed) {
  define_all([this](auto& x, const char* name) {
    x.after_step(must, noting(name)).only_for("step");
  });
  process.before_step(noting("before")).only_for("step");
  process.step("step", working("step"));
  process.step(
    "next",
    [this](step& self) {
      BOOST_TEST(self.result<int>("step").value() == 4);
      BOOST_TEST(self.get<int>("by step").value() == 1);
      happened.push_back("next");
    },
    "step");
  check_each([this](lines rest) { check_happened(join(rest, {"next"})); });
}

BOOST_AUTO_TEST_CASE(callbacks_after_a_step_see_its_result_again) {
  process.step("step", working("step"));
  process.after_step(must, noting("first"));
  process.after_step(must, [this](step& self) {
    BOOST_TEST(self.returned<int>().value() == 4);
    BOOST_TEST(self.success());
    BOOST_TEST(self.get<int>("by step").value() == 1);
    return may_fail("after");
  });
  fails["after"] = 2;
  BOOST_TEST(!run_flow().success());
  for (auto succeeds : {false, true}) {
    restart();
    auto report = recover();
    CHECK_HAPPENED();
    BOOST_TEST(report.success() == succeeds, report.errors());
    BOOST_TEST(report.process("process").step("step").result<int>().value()
               == 4);
  }
}

BOOST_AUTO_TEST_CASE(
  a_step_that_failed_runs_again_without_callbacks_before_it) {
  process.before_step(must, noting("before"));
  process.before_step(noting("also before"));
  process.step("step", working("step"));
  process.after_step(must, noting("after"));
  process.after_step(noting("also after"));
  fails["step"] = 2;
  BOOST_TEST(run_flow().has(status::suspended));
  CHECK_HAPPENED("before", "also before", "step", "after", "also after");
  for (auto succeeds : {false, true}) {
    restart();
    BOOST_TEST(recover().success() == succeeds);
    CHECK_HAPPENED("step", "after", "also after");
  }
}

BOOST_AUTO_TEST_CASE(where_step_and_callback_failed_the_step_counts) {
  process.before_step(must, noting("before"));
  process.step("step", working("step"));
  process.after_step(must, noting("after 1"));
  process.after_step(must, noting("after 2"));
  fails["step"] = fails["after 2"] = 1;
  auto report = run_flow();
  BOOST_TEST(report.has_any(status::callback_failed));
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("step", "after 1", "after 2");
}

BOOST_AUTO_TEST_CASE(breakpoints_move_as_recoveries_fail) {
  process.before_step(must, noting("before 1"));
  process.before_step(must, noting("before 2"));
  process.step("step", working("step"));
  process.after_step(must, noting("after 1"));
  process.after_step(must, noting("after 2"));
  fails["before 1"] = fails["before 2"] = fails["step"] = 1;
  fails["after 2"] = 3;
  run_flow();
  CHECK_HAPPENED("before 1");
  recover();
  CHECK_HAPPENED("before 1", "before 2");
  recover();
  CHECK_HAPPENED("before 2", "step", "after 1", "after 2");
  restart();
  recover();
  CHECK_HAPPENED("step", "after 1", "after 2");
  recover();
  CHECK_HAPPENED("after 2");
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("after 2");
}

BOOST_AUTO_TEST_CASE(
  a_step_that_timed_out_runs_again_with_what_comes_before_it) {
  auto note = [this](const char* what) {
    return [this, what](auto& x) {
      happened.push_back(what + x.name());
      return true;
    };
  };
  auto hook = [this](auto& x) { happened.push_back("+" + x.name()); };
  catalog.step_records().on_insert(hook);
  process.before_step(note("before "));
  process
    .step("step",
          [this](step&) {
            happened.push_back("step");
            if (!may_fail("step"))
              advance(3s, 1s);
          })
    .if_(note("if "))
    .step_timeout(1s);
  process.after_step(note("after "));
  fails["step"] = 1;
  auto report = run_flow();
  BOOST_TEST(report.has_any(status::timed_out));
  CHECK_HAPPENED("+step", "if step", "before step", "step", "after step");
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("before step", "step", "after step");
}

BOOST_AUTO_TEST_CASE(a_step_of_a_process_that_timed_out_does_so_too) {
  process.before_step(noting("before"));
  process.step("step", [this](step&) {
    happened.push_back("step");
    if (!may_fail("step"))
      advance(3s, 1s);
  });
  process.process_timeout(1s);
  fails["step"] = 1;
  BOOST_TEST(run_flow().has_any(status::timed_out));
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("before", "step");
}

BOOST_AUTO_TEST_CASE(one_that_timed_out_in_a_callback_before_it_begins_anew) {
  process.before_step(must, [this](step&) {
    happened.push_back("before");
    if (!may_fail("before"))
      advance(3s, 1s);
  });
  process.step("step", noting("step")).step_timeout(1s);
  fails["before"] = 1;
  BOOST_TEST(run_flow().has_any(status::timed_out));
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("before", "step");
}

BOOST_AUTO_TEST_CASE(callbacks_after_a_timed_out_step_run_all_with_it_again) {
  process.step("step", working("step")).retry(1, 1h).step_timeout(1s);
  process.after_step(must, noting("after 1"));
  process.after_step(must, noting("after 2"));
  fails["step"] = fails["after 2"] = 1;
  auto run = start_flow();
  advance(2s, 100ms);
  BOOST_TEST(run.wait().has_any(status::callback_failed));
  restart();
  auto report = recover();
  BOOST_TEST(report.success(), report.errors());
  CHECK_HAPPENED("step", "after 1", "after 2");
}

// -- of processes and flows ---------------------------------------------------

BOOST_AUTO_TEST_CASE(a_process_goes_on_at_the_callback_before_it_that_failed) {
  define_all([this](auto& x, const char* name) {
    x.before_process(must, noting(name));
  });
  process.step("step", noting("step"));
  check_each([this](lines rest) { check_happened(join(rest, {"step"})); });
}

BOOST_AUTO_TEST_CASE(a_flow_goes_on_at_the_callback_before_it_that_failed) {
  auto define
    = [this](auto& x, const char* name) { x.before_flow(must, noting(name)); };
  define(catalog.defaults(), "d1");
  define(catalog.defaults(), "d2");
  define(flow, "f1");
  define(flow, "f2");
  process.before_process(noting("process"));
  process.step("step", noting("step"));
  const lines all{"d1", "d2", "f1", "f2"};
  for (std::size_t i = 0; i < all.size(); ++i) {
    fails[all[i]] = 1;
    auto id = "r" + std::to_string(i);
    BOOST_TEST(engine().start_as(id, "flow").wait().has(status::suspended));
    restart();
    BOOST_TEST(recover(id).success());
    check_happened(
      join({all.begin() + static_cast<std::ptrdiff_t>(i), all.end()},
           {"process", "step"}));
  }
}

BOOST_AUTO_TEST_CASE(callbacks_before_that_passed_do_not_run_again) {
  flow.before_flow(must, noting("before flow"));
  process.before_process(must, noting("before process"));
  process.step("step", working("step"));
  process.after_process(noting("after process"));
  flow.after_flow(noting("after flow"));
  fails["step"] = 2;
  run_flow();
  for (auto succeeds : {false, true}) {
    restart();
    BOOST_TEST(recover().success() == succeeds);
    CHECK_HAPPENED("step", "after process", "after flow");
  }
}

BOOST_AUTO_TEST_CASE(callbacks_after_a_process_run_again_from_the_first) {
  define_all(
    [this](auto& x, const char* name) { x.after_process(must, noting(name)); });
  process.step("step", noting("step"));
  check_each([this](const lines&) {
    CHECK_HAPPENED("d1", "d2", "f1", "f2", "p1", "p2");
  });
}

BOOST_AUTO_TEST_CASE(callbacks_after_a_flow_run_again_from_the_first) {
  flow.after_flow(must, noting("1"));
  flow.after_flow(must, noting("2"));
  process.step("step", noting("step"));
  process.after_process(noting("process"));
  fails["2"] = 2;
  run_flow();
  for (auto succeeds : {false, true}) {
    restart();
    BOOST_TEST(recover().success() == succeeds);
    CHECK_HAPPENED("1", "2");
  }
}

BOOST_AUTO_TEST_CASE(what_callbacks_had_set_is_there_after_a_recovery) {
  flow.before_flow([](lightflow::flow& x) { x.set("flow", 1); });
  process.before_process(must,
                         [](lightflow::process& x) { x.set("process", 2); });
  process.before_process(must, [this](lightflow::process& x) {
    BOOST_TEST(x.get<int>("process").value() == 2);
    return may_fail("process");
  });
  process.before_step([](step& x) { x.set("before", 3); });
  process.step("step", [this](step& x) -> result<> {
    BOOST_TEST(x.get<int>("flow").value() == 1);
    BOOST_TEST(x.get<int>("process").value() == 2);
    BOOST_TEST(x.get<int>("before").value() == 3);
    happened.push_back("step");
    return may_fail("step");
  });
  fails["process"] = fails["step"] = 1;
  run_flow();
  restart();
  BOOST_TEST(!recover().success());
  CHECK_HAPPENED("step");
  restart();
  BOOST_TEST(recover().success());
  CHECK_HAPPENED("step");
}

BOOST_AUTO_TEST_SUITE_END()
