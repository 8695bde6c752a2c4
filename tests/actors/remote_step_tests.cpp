// SPDX-License-Identifier: MIT
#include "lightflow/caf/engine_handle.hpp"

#include "../../actors/src/assignment.hpp"

#include "fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <vector>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// What a worker was told, in order.
struct heard {
  std::vector<step_assignment> assigned;
  std::vector<lease> stopped;
  std::size_t welcomes = 0;
  std::size_t dismissals = 0;
  caf::actor_addr engine; // its side of the connection
};

class fake_worker : public caf::event_based_actor {
public:
  fake_worker(caf::actor_config& cfg, heard& to)
      : event_based_actor(cfg), heard_(to) {}

protected:
  caf::behavior make_behavior() override {
    return {
      [this](const worker_welcome&) {
        ++heard_.welcomes;
        heard_.engine = current_sender()->address();
      },
      [this](const worker_dismissal&) { ++heard_.dismissals; },
      [this](step_assignment& x) { heard_.assigned.push_back(std::move(x)); },
      [this](const lease_stop& x) { heard_.stopped.push_back(x.lease); },
      [](leave_atom) {},
      [](beat_atom) {},
    };
  }

private:
  heard& heard_;
};

struct remote_step_fixture : deterministic_fixture {
  remote_step_fixture() {
    configure = [this](engine_options& x) {
      x.worker_heartbeat = 1s;
      x.worker_patience = 1h;
      x.events.handle(event_stage::distribute, [this](const event& y) {
        events_seen.push_back(to_string(y));
      });
    };
    remote.on("gpu");
  }

  ~remote_step_fixture() {
    caf::anon_send_exit(worker, caf::exit_reason::kill);
    worker = nullptr;
    run_all();
    destroy_engine();
  }

  /// A worker with that many slots.
  void join(std::uint64_t slots = 4) {
    auto front = actor_of(engine());
    if (worker != nullptr)
      caf::anon_send_exit(worker, caf::exit_reason::kill);
    worker = front->home_system().spawn<fake_worker, caf::hidden>(told);
    worker_hello hello;
    hello.name = "w1";
    hello.labels = {"gpu"};
    hello.slots = slots;
    definition_cache definitions;
    hello.flows
      = {{"flow", definitions.of(*catalog.plan("flow"))->fingerprint}};
    caf::send_as(worker, caf::actor_cast<worker_door>(front), hello);
    run_all();
    BOOST_REQUIRE(told.welcomes > 0);
  }

  void say(step_completion x) {
    caf::send_as(worker,
                 caf::actor_cast<worker_host>(
                   caf::actor_cast<caf::strong_actor_ptr>(told.engine)),
                 std::move(x));
    run_all();
  }

  /// Has the worker do what it was assigned last, as a real one would.
  void work() {
    BOOST_REQUIRE(!told.assigned.empty());
    stop_signal never;
    say(do_assignment(place, told.assigned.back(), never));
  }

  process_definition& process = catalog.flow_with_process("flow");
  step_definition& remote = process.step("remote", [this](step& self) {
    return function ? function(self) : result<int>{7};
  });
  std::function<result<int>(step&)> function;
  workshop place{catalog, "w1"};
  heard told;
  caf::actor worker;
  std::vector<std::string> events_seen;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(remote_step_tests, remote_step_fixture)

BOOST_AUTO_TEST_CASE(a_step_with_a_label_runs_on_a_worker) {
  join();
  auto run = start("flow");
  BOOST_TEST(!run.has_ended());
  work();
  BOOST_TEST(run.wait().success());
  BOOST_TEST(*run.wait().process("flow").step("remote").result<int>() == 7);
}

BOOST_AUTO_TEST_CASE(only_the_function_of_a_step_runs_on_a_worker) {
  std::vector<std::string> seen;
  remote.eq("wanted", true);
  process.before_step([&](step& self) {
    seen.push_back("before " + self.name());
    self.set("by_callback", 1);
  });
  process.after_step([&](step& self) {
    seen.push_back("after, with " + std::to_string(*self.get<int>("here")));
  });
  function = [&](step& self) {
    self.set("here", *self.get<int>("by_callback") + 1);
    return result<int>{1};
  };
  join();
  auto run = engine().start("flow", {{"wanted", true}});
  run_all();
  BOOST_TEST(seen.size() == 1);
  work();
  BOOST_TEST(run.wait().errors() == "");
  BOOST_TEST(seen
               == (std::vector<std::string>{"before remote", "after, with 2"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_on_a_worker_is_tried_again) {
  remote.retry(2);
  function = [](step& self) -> result<int> {
    if (self.attempt() == 1)
      return fail("first");
    if (self.attempt() == 2)
      throw std::runtime_error("second");
    return 3;
  };
  join();
  auto run = start("flow");
  work();
  work();
  BOOST_REQUIRE(told.assigned.size() == 3);
  work();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(a_throw_on_a_worker_is_a_panic) {
  function = [](step&) -> result<int> { throw std::runtime_error("oh"); };
  join();
  auto run = start("flow");
  work();
  auto step = run.wait().process("flow").step("remote");
  BOOST_TEST(step.has(status::panicked));
  BOOST_TEST(step.error().find("threw: oh") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_lost_attempt_uses_up_no_retry) {
  join();
  auto run = start("flow");
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  run_all();
  BOOST_TEST(!run.has_ended());
  join();
  BOOST_REQUIRE(told.assigned.size() == 2);
  BOOST_TEST(told.assigned[1].attempt == 2);
  work();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(the_time_of_a_step_counts_while_it_waits_for_a_worker) {
  remote.step_timeout(10s);
  auto run = start("flow");
  advance(11s, 100ms);
  BOOST_TEST(run.wait().process("flow").step("remote").has(status::timed_out));
  BOOST_REQUIRE(events_seen.size() == 1);
  join();
  BOOST_TEST(told.assigned.empty());
}

BOOST_AUTO_TEST_CASE(a_step_that_times_out_is_stopped_and_its_end_dropped) {
  remote.step_timeout(10s);
  join(1);
  auto run = start("flow");
  advance(11s, 100ms);
  BOOST_TEST(run.wait().process("flow").step("remote").has(status::timed_out));
  BOOST_REQUIRE(told.stopped.size() == 1);
  BOOST_TEST((told.stopped[0] == told.assigned.at(0).lease));
  auto next = start("flow");
  BOOST_TEST(told.assigned.size() == 1); // its slot is still taken
  work();
  BOOST_TEST(told.assigned.size() == 2);
  BOOST_TEST(run.wait().process("flow").step("remote").has(status::timed_out));
}

BOOST_AUTO_TEST_CASE(a_run_that_is_stopped_withdraws_what_waits) {
  auto run = start("flow");
  run.stop();
  run_all();
  BOOST_TEST(run.has_ended());
  join();
  BOOST_TEST(told.assigned.empty());
}

BOOST_AUTO_TEST_CASE(a_run_says_that_it_waits_for_a_worker) {
  auto run = start("flow");
  auto reasons = run.look().wakes_by();
  BOOST_REQUIRE(reasons.size() == 1);
  BOOST_TEST((reasons[0].source == wake_source::worker));
  join();
  BOOST_TEST((run.look().wakes_by().at(0).source == wake_source::running_step));
}

BOOST_AUTO_TEST_CASE(an_input_that_cannot_travel_fails_the_step) {
  join();
  auto run = engine().start("flow", {{"raw", std::make_shared<int>(1)}});
  run_all();
  auto report = run.wait();
  BOOST_TEST(report.errors().find("key \"raw\" of the run")
             != std::string::npos);
  BOOST_TEST(report.errors().find("reads()") != std::string::npos);
  BOOST_TEST(told.assigned.empty());
  BOOST_TEST(told.stopped.size() == 1); // so that the slot is free again
}

BOOST_AUTO_TEST_CASE(what_a_worker_does_not_begin_goes_to_another_slot) {
  join();
  auto run = start("flow");
  say({told.assigned.at(0).lease, completion_kind::not_begun});
  BOOST_REQUIRE(told.assigned.size() == 2);
  BOOST_TEST(told.assigned[1].attempt == 1);
  work();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(a_completion_of_an_earlier_life_of_the_engine_is_dropped) {
  catalog.defaults().recoverable();
  join();
  auto run = engine().start_as("r1", "flow");
  run_all();
  auto old = told.assigned.at(0);
  destroy_engine();
  BOOST_TEST(told.dismissals == 1);
  engine();
  run_all();
  join();
  BOOST_REQUIRE(told.assigned.size() == 2);
  BOOST_TEST(told.assigned[1].attempt == 2);
  say({old.lease, completion_kind::failed, "old"});
  BOOST_TEST(!engine().find("r1")->has_ended());
  work();
  BOOST_TEST(engine().find("r1")->wait().success());
}

BOOST_AUTO_TEST_CASE(steps_fail_when_the_work_queue_has_died) {
  for (std::uint64_t slots : {0, 4}) {
    BOOST_TEST_CONTEXT(slots << " slots") {
      destroy_engine();
      join(slots);
      auto waits = start("flow");
      caf::anon_send_exit(
        caf::actor_cast<caf::actor>(
          caf::actor_cast<caf::strong_actor_ptr>(told.engine)),
        caf::exit_reason::kill);
      run_all();
      auto late = start("flow");
      for (auto run : {waits, late}) {
        BOOST_TEST_REQUIRE(run.has_ended());
        auto step = run.wait().process("flow").step("remote");
        BOOST_TEST(step.has(status::failed));
        BOOST_TEST(step.error().find("died") != std::string::npos);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_engine_ends_although_steps_are_out) {
  join();
  auto run = start("flow");
  auto waiting = start("flow");
  destroy_engine();
  BOOST_CHECK_THROW(run.wait(), error);
}

BOOST_AUTO_TEST_SUITE_END()
