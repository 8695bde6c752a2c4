// SPDX-License-Identifier: MIT
#pragma once

#include "../actors/recovery_fixture.hpp"

#include "lightflow/caf/actor_step.hpp"
#include "lightflow/testing/simulated_journal.hpp"

#include <caf/all.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Flows whose ends can be compared with and without crashes on the way: their
// functions fail by what they find in the context, never by how often they were
// called.

namespace lightflow::tests {

/// A program on a journal that may lose what it is given.
struct crash_fixture : deterministic_fixture {
  using lines = std::vector<std::string>;

  static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

  crash_fixture() {
    journal = disk;
    disk->decide = [this](auto, auto&) { return fate_of_next(); };
  }

  ~crash_fixture() {
    destroy_engine(); // while there is what decides on its commits
  }

  /// Counts in the context how often the unit came here, and fails until it is
  /// the n-th time.
  template <class Unit>
  static result<> fail_until(int n, Unit& self, const std::string& key) {
    auto times = self.template get<int>(key).value_or(0) + 1;
    self.set(key, times);
    if (times < n)
      return fail("not yet");
    return {};
  }

  /// A step that succeeds at the n-th time, and adds up what it sees.
  auto adding(int n = 1) {
    return [this, n](step& self) -> result<int> {
      executed.push_back(self.name());
      self.set("sum", self.get<int>("sum").value_or(0) + 1);
      if (auto done = fail_until(n, self, "times " + self.name()); !done)
        return done.reason();
      auto result = self.get<int>("input").value_or(0);
      for (auto& name : self.dependencies())
        result = 2 * result + self.result<int>(name).value_or(1);
      return result;
    };
  }

  /// A callback that succeeds at the n-th time.
  template <class Unit>
  auto passing(std::string key, int n = 1) {
    return [key = std::move(key), n](Unit& self) {
      return fail_until(n, self, key);
    };
  }

  std::shared_ptr<testing::simulated_journal> disk
    = std::make_shared<testing::simulated_journal>();
  std::size_t limit = no_limit; // so many commits are taken
  testing::commit_fate beyond = testing::commit_fate::dropped; // of the others
  bool stalls = false; // each commit is taken at the second attempt only
  std::size_t taken = 0;
  lines executed;

private:
  testing::commit_fate fate_of_next() {
    if (taken == limit)
      return beyond;
    if (stalls && !std::exchange(has_stalled_, true))
      return testing::commit_fate::failed;
    has_stalled_ = false;
    ++taken;
    return testing::commit_fate::written;
  }

  bool has_stalled_ = false;
};

/// A flow, and what is done with a run of it. The same is done again after a
/// crash, so it makes no difference to do it twice.
struct crash_scenario {
  std::string name;
  std::function<void(crash_fixture&)> define;
  std::function<run_handle(crash_fixture&, run_handle)> drive;
  std::vector<std::string> keys; // to be compared

  /// Whether nothing is asked of the run, which would wait for the journal.
  bool only_waits = false;
};

inline std::ostream& operator<<(std::ostream& out, const crash_scenario& x) {
  return out << x.name;
}

// -- what is done with runs ---------------------------------------------------

inline run_handle wait_long(crash_fixture& world, run_handle run) {
  for (int i = 0; i < 20 && !run.has_ended(); ++i)
    world.advance(10s, 1s);
  return run;
}

inline run_handle recover_until_well(crash_fixture& world, run_handle run) {
  run = wait_long(world, run);
  for (int i = 0; i < 20 && run.has_ended() && !run.wait().success(); ++i)
    run = wait_long(world, run.recover());
  return run;
}

/// While a step waits for a retry, at most ten seconds.
inline run_handle pause_and_resume(crash_fixture& world, run_handle run) {
  world.advance(1s, 1s);
  run.pause();
  world.advance(20s, 1s);
  run.resume();
  return wait_long(world, run);
}

inline run_handle pause_process(crash_fixture& world, run_handle run) {
  world.advance(1s, 1s);
  run.pause("one");
  world.advance(20s, 1s);
  run.pause();
  run.resume("one");
  world.advance(1s, 1s);
  run.resume();
  return wait_long(world, run);
}

inline run_handle stop_it(crash_fixture& world, run_handle run) {
  world.advance(1s, 1s);
  run.stop();
  return wait_long(world, run);
}

inline run_handle stop_process(crash_fixture& world, run_handle run) {
  world.advance(1s, 1s);
  run.stop("one");
  return wait_long(world, run);
}

/// The second time, it is the recovered run that is stopped, and recovered.
inline run_handle stop_and_recover(crash_fixture& world, run_handle run) {
  return recover_until_well(world, stop_it(world, run));
}

// -- flows --------------------------------------------------------------------

inline void define_graph(crash_fixture& x) {
  auto& flow = x.catalog.flow("flow").recoverable();
  auto& base = x.catalog.flow("other").process("base");
  base.step("a", x.adding());
  base.step("merged", x.adding(), "a").retry(1);
  auto& one = flow.process("one");
  one.step("a", x.adding());
  one.step("b", x.adding(), "a");
  one.step("c", x.adding(), "a");
  one.step("join", x.adding(), "b", "c").restrict("sum", "b");
  one.step("skipped", x.adding(), "b").gt("sum", 100);
  one.step("skips", x.adding(), "c").eq("no", 1).skip_with_dependents("kept");
  one.step("dependent", x.adding(), "skips", "join");
  one.step("kept", x.adding(), "skips", "skipped");
  one.step("deeper", x.adding(), "dependent");
  one.merge("base");
  auto& two = flow.process("two").parallelism(1);
  two.step("x", x.adding(2)).retry(2);
  two.step("y", x.adding());
  two.step("z", x.adding(), "x", "y").gt("sum", 0);
  flow.process("empty");
}

inline void define_retries(crash_fixture& x) {
  auto& flow = x.catalog.flow("flow").recoverable();
  auto& one = flow.process("one");
  one.step("first", x.adding());
  one.step("slow", x.adding(3), "first").retry(3, 5s);
  one.step("next", x.adding(), "slow");
  auto& two = flow.process("two");
  two.step("beside", x.adding(2)).retry(1, 10s);
  two.step("last", x.adding(), "beside");
}

inline void define_failures(crash_fixture& x) {
  auto& flow = x.catalog.flow("flow").recoverable();
  auto& one = flow.process("one");
  one.step("a", x.adding());
  one.step("fails", x.adding(4), "a").retry(1, 1s);
  one.step("throws", [&x](step& self) {
    x.executed.push_back(self.name());
    if (!x.fail_until(2, self, "times"))
      throw std::runtime_error("no");
  });
  one.step("next", x.adding(), "fails", "throws");
  one.step("skips", x.adding(), "a").eq("no", 1).skip_with_dependents();
  one.step("both", x.adding(), "throws", "skips");
  flow.process("two").step("b", x.adding());
}

inline void define_timeouts(crash_fixture& x) {
  auto& flow = x.catalog.flow("flow").recoverable();
  auto& one = flow.process("one");
  one.step("a", x.adding());
  one.step("late", x.adding(9), "a").retry(1, 1h).step_timeout(10s);
  one.step("next", x.adding(), "late");
  one.after_step(x.passing<step>("after step"));
  auto& two = flow.process("two").process_timeout(15s);
  two.step("b", x.adding());
  two.step("later", x.adding(9), "b").retry(1, 1h);
  two.step("last", x.adding(), "later");
  two.after_process(x.passing<process>("after process"));
}

inline void define_callbacks(crash_fixture& x) {
  auto& flow = x.catalog.flow("flow").recoverable();
  auto& one = flow.process("one");
  auto& all = x.catalog.defaults();
  all.before_flow(must, x.passing<lightflow::flow>("default before flow"));
  flow.before_flow(must, x.passing<lightflow::flow>("before flow", 2));
  flow.before_flow(x.passing<lightflow::flow>("may before flow"));
  all.before_process(must, x.passing<process>("default before process", 2));
  one.before_process(must, x.passing<process>("before process", 2));
  flow.before_step(must, x.passing<step>("flow before step"));
  one.before_step(must, x.passing<step>("before step", 2)).only_for("b");
  one.before_step(x.passing<step>("may before step", 9));
  one.step("a", x.adding());
  one.step("b", x.adding(2), "a");
  one.step("c", x.adding(), "b");
  all.after_step(must, x.passing<step>("after step", 2)).only_for("a", "b");
  one.after_step(must, x.passing<step>("own after step", 2)).only_for("b");
  flow.after_process(must, x.passing<process>("after process", 2));
  flow.after_flow(must, x.passing<lightflow::flow>("after flow", 2));
  flow.process("two").step("x", x.adding());
}

inline void define_resources(crash_fixture& x) {
  auto& flow = x.catalog.flow("flow").recoverable();
  auto& one = flow.process("one");
  x.catalog.resource("db")
    .on_initialize([](resource&, const value& parameter) {
      return 10 * parameter.as<int>();
    })
    .on_suspend([](resource& db) { db.put("kept", db.entity<int>()); })
    .on_recover([](resource& db) { db.update(*db.fetch<int>("kept")); });
  one.before_process([](process& self) { (void)self.attach("db", 7); });
  one.step("a", x.adding());
  one.step(
    "uses",
    [&x](step& self) -> result<int> {
      x.executed.push_back(self.name());
      auto db = self.acquire("db");
      if (db == nullptr)
        return fail("not attached");
      if (auto done = x.fail_until(2, self, "times uses"); !done)
        return done.reason();
      return db->entity<int>();
    },
    "a");
  one.step("next", x.adding(), "uses");
}

/// Actors do some of its steps, one of which never answers.
inline void define_actors(crash_fixture& x) {
  auto adds = x.keep(x.system().spawn([&x](caf::event_based_actor*) {
    return caf::behavior{[&x](step_request& asked) -> step_answer {
      x.executed.push_back(asked.name());
      auto sum = asked.get<int>("sum").value_or(0) + 1;
      return step_answer{sum + asked.get<int>("input").value_or(0)}.set("sum",
                                                                        sum);
    }};
  }));
  auto never = x.keep(x.system().spawn([](caf::event_based_actor* self) {
    return caf::behavior{
      [self](step_request&) { (void)self->make_response_promise(); }};
  }));
  auto& flow = x.catalog.flow("flow").recoverable();
  auto& one = flow.process("one");
  one.step("a", x.adding());
  one.step("b", adds, "a");
  one.step("c", adds, "b").gt("sum", 0);
  one.step("slow", never, "a").step_timeout(10s);
  one.step("next", x.adding(), "slow");
  one.step("last", x.adding(), "c");
  one.before_step(must, x.passing<step>("before step", 2)).only_for("c");
  one.after_step(must, x.passing<step>("after step", 2)).only_for("b");
}

inline std::vector<crash_scenario> crash_scenarios() {
  const std::vector<std::string> steps{"sum", "input", "times", "times slow",
                                       "times fails"};
  const std::vector<std::string> callbacks{"sum",
                                           "default before flow",
                                           "before flow",
                                           "may before flow",
                                           "default before process",
                                           "before process",
                                           "flow before step",
                                           "before step",
                                           "after step",
                                           "own after step",
                                           "after process",
                                           "after flow"};
  return {{"graph", define_graph, wait_long, steps, true},
          {"retries", define_retries, wait_long, steps, true},
          {"failures", define_failures, wait_long, steps, true},
          {"recoveries", define_failures, recover_until_well, steps},
          {"timeouts", define_timeouts, wait_long, callbacks, true},
          {"callbacks", define_callbacks, recover_until_well, callbacks},
          {"resources", define_resources, recover_until_well, {"times uses"}},
          {"actors", define_actors, wait_long, callbacks, true},
          {"pause", define_retries, pause_and_resume, steps},
          {"pause of a process", define_retries, pause_process, steps},
          {"stop", define_retries, stop_it, steps},
          {"stop of a process", define_retries, stop_process, steps},
          {"stop and recovery", define_retries, stop_and_recover, steps}};
}

inline const auto scenarios = crash_scenarios();

} // namespace lightflow::tests
