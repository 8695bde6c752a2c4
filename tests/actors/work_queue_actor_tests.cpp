// SPDX-License-Identifier: MIT
#include "worker_fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/make_actor.hpp>
#include <caf/node_id.hpp>
#include <caf/scoped_actor.hpp>

#include <map>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

const std::string today(64, 'a');
const std::string yesterday(64, 'b');

/// What a worker is told, and as what it says something.
class fake_worker : public recorder {
public:
  using recorder::recorder;

  std::vector<lease> assigned;

protected:
  caf::behavior make_behavior() override {
    return {
      [this](const worker_welcome&) { note("welcome"); },
      [this](const worker_dismissal& x) { note("dismissal: " + x.reason); },
      [this](const step_assignment& x) { note("assignment " + x.step); },
      [this](const lease_stop& x) {
        note("stop " + std::to_string(x.lease.number));
      },
      [this](leave_atom) { note("leave"); },
      [this](beat_atom) { note("beat"); },
    };
  }
};

/// An attempt that waits for a lease.
class fake_attempt : public recorder {
public:
  fake_attempt(caf::actor_config& cfg, log& to, std::vector<lease>& leases)
      : recorder(cfg, to), leases_(leases) {}

protected:
  caf::behavior make_behavior() override {
    return {
      [this](const lease_granted& x) {
        leases_.push_back(x.lease);
        note("granted by " + x.worker);
      },
      [this](const lease_lost& x) { note("lost: " + x.reason); },
      [this](const step_completion& x) { note("completed " + x.error); },
    };
  }

private:
  std::vector<lease>& leases_;
};

struct work_queue_actor_fixture : actor_fixture {
  work_queue_actor_fixture() {
    run->id = "r1";
    run->flow_name = "flow";
    run->events = &events;
    queue = system().spawn<work_queue_impl, caf::hidden>(
      env(), worker_care{1s, 5s, 1000});
  }

  ~work_queue_actor_fixture() {
    close();
    for (auto& x : actors)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    run_all();
  }

  void close() {
    caf::scoped_actor self{system(), true};
    self->send(queue, close_atom::value);
    run_all();
  }

  struct party {
    caf::actor actor;
    recorder::log* log;
  };

  party join(std::string name, std::uint64_t slots = 1,
             std::string definition = today) {
    auto result = make_worker();
    worker_hello hello;
    hello.name = std::move(name);
    hello.labels = {"gpu"};
    hello.slots = slots;
    hello.flows = {{"flow", definition}};
    say(result, std::move(hello));
    return result;
  }

  party make_worker() {
    logs.push_back(std::make_unique<recorder::log>());
    actors.push_back(system().spawn<fake_worker, caf::hidden>(*logs.back()));
    return {actors.back(), logs.back().get()};
  }

  /// An attempt that wants a worker.
  party want(std::string label = "gpu") {
    logs.push_back(std::make_unique<recorder::log>());
    actors.push_back(
      system().spawn<fake_attempt, caf::hidden>(*logs.back(), leases));
    party result{actors.back(), logs.back().get()};
    say(result, lease_wish{{label, today},
                           std::make_shared<const process_run>(run, "process"),
                           "step"});
    return result;
  }

  template <class Message>
  void say(const party& who, Message x) {
    caf::send_as(who.actor, queue, std::move(x));
    run_all();
  }

  void complete(const party& worker, lease x, std::string error = "") {
    say(worker, step_completion{x, completion_kind::failed, error});
  }

  std::shared_ptr<run_info> run = std::make_shared<run_info>();
  work_queue_actor queue;
  std::vector<caf::actor> actors;
  std::vector<std::unique_ptr<recorder::log>> logs;
  std::vector<lease> leases;
};

using lines = recorder::log;

} // namespace

BOOST_FIXTURE_TEST_SUITE(work_queue_actor_tests, work_queue_actor_fixture)

BOOST_AUTO_TEST_CASE(an_attempt_gets_a_lease_and_what_the_worker_brings_back) {
  auto worker = join("w1");
  auto attempt = want();
  complete(worker, leases.at(0), "no");
  BOOST_TEST(*worker.log == (lines{"welcome"}),
             boost::test_tools::per_element());
  BOOST_TEST(*attempt.log == (lines{"granted by w1", "completed no"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_lease_names_the_life_of_the_engine) {
  auto worker = join("w1");
  want();
  auto other = system().spawn<work_queue_impl, caf::hidden>(
    env(), worker_care{1s, 5s, 1000});
  auto x = leases.at(0);
  x.epoch = "another";
  complete(worker, x);
  BOOST_TEST(logs.back()->size() == 1); // granted, and no more
  BOOST_TEST(has_line(log, {"completion was dropped"}));
  caf::anon_send(other, close_atom::value);
}

BOOST_AUTO_TEST_CASE(a_completion_counts_once) {
  auto worker = join("w1");
  auto attempt = want();
  complete(worker, leases.at(0));
  complete(worker, leases.at(0));
  BOOST_TEST(attempt.log->size() == 2);
}

BOOST_AUTO_TEST_CASE(a_completion_of_another_ones_lease_is_dropped) {
  join("w1");
  auto attempt = want();
  auto other = join("w2");
  complete(other, leases.at(0));
  BOOST_TEST(attempt.log->size() == 1);
  BOOST_TEST(other.log->size() == 1); // it stays
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_loses_what_it_had) {
  auto worker = join("w1");
  auto attempt = want();
  caf::anon_send_exit(worker.actor, caf::exit_reason::kill);
  run_all();
  BOOST_REQUIRE(attempt.log->size() == 2);
  BOOST_TEST(has_line(*attempt.log, {"lost", "w1"}));
  BOOST_TEST(has_line(events.all, {"w1", "1 steps run again"}));
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_with_nothing_to_do_is_an_event_too) {
  auto worker = join("w1");
  caf::anon_send_exit(worker.actor, caf::exit_reason::kill);
  run_all();
  BOOST_TEST(has_line(events.all, {"w1", "was lost"}));
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_silent_is_given_up) {
  auto worker = join("w1");
  auto attempt = want();
  advance(5s);
  BOOST_TEST(attempt.log->size() == 1);
  advance(2s);
  BOOST_TEST(has_line(*attempt.log, {"lost", "silent for 5"}));
  BOOST_TEST(has_line(*worker.log, {"dismissal", "silent"}));
}

BOOST_AUTO_TEST_CASE(a_worker_that_says_something_now_and_then_is_kept) {
  auto worker = join("w1");
  auto attempt = want();
  for (int i = 0; i < 10; ++i) {
    advance(4s);
    say(worker, beat_atom::value);
  }
  BOOST_TEST(attempt.log->size() == 1);
  BOOST_TEST(has_line(*worker.log, {"beat"}));
}

BOOST_AUTO_TEST_CASE(a_late_completion_of_a_lost_lease_is_dropped) {
  auto worker = join("w1");
  auto first = want();
  advance(7s);
  auto second = join("w2");
  auto again = want();
  complete(worker, leases.at(0), "late");
  BOOST_TEST(first.log->size() == 2);
  BOOST_TEST(again.log->size() == 1);
  BOOST_TEST(has_line(*worker.log, {"dismissal", "not known"}));
  complete(second, leases.at(1));
  BOOST_TEST(again.log->size() == 2);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_withdraws_has_its_worker_told) {
  auto worker = join("w1");
  auto attempt = want();
  say(attempt, withdraw_atom::value);
  BOOST_TEST(has_line(*worker.log, {"stop 1"}));
  auto next = want();
  BOOST_TEST(next.log->empty()); // the slot is taken until the worker says so
  complete(worker, leases.at(0));
  BOOST_TEST(attempt.log->size() == 1);
  BOOST_TEST(next.log->size() == 1);
}

BOOST_AUTO_TEST_CASE(a_worker_that_drains_gets_nothing_new_and_leaves) {
  auto worker = join("w1", 2);
  auto attempt = want();
  say(worker, worker_slots{0});
  auto next = want();
  complete(worker, leases.at(0));
  say(worker, leave_atom::value);
  BOOST_TEST(attempt.log->size() == 2);
  BOOST_TEST(next.log->empty());
  BOOST_TEST(has_line(*worker.log, {"leave"}));
  BOOST_TEST(!has_line(events.all, {"lost"}));
}

BOOST_AUTO_TEST_CASE(a_worker_leaves_when_it_is_done_with_all_it_was_given) {
  auto worker = join("w1");
  auto attempt = want();
  say(worker, leave_atom::value);
  BOOST_TEST(!has_line(*worker.log, {"leave"}));
  auto next = want();
  say(worker, step_completion{leases.at(0), completion_kind::not_begun});
  BOOST_TEST(attempt.log->size() == 2); // it is told, and wants another one
  BOOST_TEST(next.log->empty());
  BOOST_TEST(has_line(*worker.log, {"leave"}));
  BOOST_TEST(!has_line(events.all, {"lost"}));
}

BOOST_AUTO_TEST_CASE(a_worker_that_leaves_and_is_gone_loses_what_it_had) {
  auto worker = join("w1");
  auto attempt = want();
  say(worker, leave_atom::value);
  caf::anon_send_exit(worker.actor, caf::exit_reason::kill);
  run_all();
  BOOST_TEST(has_line(*attempt.log, {"lost"}));
}

BOOST_AUTO_TEST_CASE(a_hello_that_comes_twice_changes_nothing) {
  auto worker = join("w1");
  auto attempt = want();
  worker_hello hello;
  hello.name = "w1";
  hello.labels = {"gpu"};
  hello.slots = 1;
  hello.flows = {{"flow", today}};
  say(worker, hello);
  BOOST_TEST(!has_line(*attempt.log, {"lost"}));
  complete(worker, leases.at(0));
  BOOST_TEST(has_line(*attempt.log, {"completed"}));
}

BOOST_AUTO_TEST_CASE(waiting_for_a_label_is_an_event_once) {
  auto first = want("fpga");
  auto second = want("fpga");
  BOOST_REQUIRE(events.all.size() == 1);
  BOOST_TEST(has_line(events.all, {"no worker with label \"fpga\"", "step"}));
  join("w1", 1, yesterday);
  want();
  BOOST_TEST(has_line(events.all, {"label \"gpu\"", "another definition"}));
}

BOOST_AUTO_TEST_CASE(a_hello_that_makes_no_sense_is_refused) {
  auto refused = [this](worker_hello x, std::string_view why) {
    auto worker = make_worker();
    say(worker, std::move(x));
    BOOST_TEST(worker.log->size() == 1);
    BOOST_TEST(has_line(*worker.log, {"dismissal", why}));
  };
  worker_hello good;
  good.name = "w1";
  good.labels = {"gpu"};
  good.slots = 1;
  auto x = good;
  x.protocol = 7;
  refused(x, "version 7");
  x = good;
  x.name = "no name";
  refused(x, "bad worker name \"no name\"");
  x = good;
  x.labels.clear();
  refused(x, "0 labels");
  x = good;
  x.labels = std::vector<std::string>(65, "a");
  refused(x, "65 labels");
  x = good;
  x.labels = {std::string(1000, 'a')};
  refused(x, "bad label");
  x = good;
  x.slots = 1'000'000'000;
  refused(x, "slots");
  x = good;
  x.flows = {{"flow", "short"}};
  refused(x, "fingerprint");
  BOOST_TEST(events.all.size() == 7);
}

BOOST_AUTO_TEST_CASE(a_completion_that_makes_no_sense_ends_the_connection) {
  auto refused = [this](step_completion x, std::string_view why) {
    auto worker = join("w1");
    auto attempt = want();
    x.lease = leases.back();
    say(worker, std::move(x));
    BOOST_TEST(has_line(*worker.log, {"dismissal", why}));
    BOOST_TEST(has_line(*attempt.log, {"lost", why}));
    BOOST_TEST(has_line(events.all, {"w1", why}));
  };
  refused({{}, static_cast<completion_kind>(9)}, "unknown");
  refused({{}, completion_kind::failed, std::string(100'000, 'x')},
          "100000 bytes");
  refused({{}, completion_kind::success, "", {}, {"int", "\xc1"}},
          "no MessagePack");
  refused({{}, completion_kind::success, "", {}, {"", "\x01"}}, "no type");
  refused({{},
           completion_kind::success,
           "",
           {},
           {"std::string", std::string(2000, '\x01')}},
          "2000 bytes of 1000");
  refused(
    {{}, completion_kind::success, "", {{"key", {"int", "\x01\x01"}}}, {}},
    "key \"key\"");
}

BOOST_AUTO_TEST_CASE(all_workers_are_dismissed_when_the_engine_ends) {
  auto worker = join("w1");
  close();
  BOOST_TEST(has_line(*worker.log, {"dismissal", "the engine ends"}));
}

BOOST_AUTO_TEST_CASE(strangers_cannot_speak_as_the_engine) {
  auto worker = join("w1");
  auto attempt = want();
  caf::actor_config unused;
  auto far_away = caf::make_actor<caf::event_based_actor, caf::actor>(
    attempt.actor.id(), *caf::make_node_id(1, std::string(40, 'a')), &system(),
    unused);
  auto told = worker.log->size();
  for (auto& who : {caf::actor{}, far_away}) {
    caf::send_as(who, queue, withdraw_atom::value);
    caf::send_as(who, queue, tick_atom::value);
    caf::send_as(who, queue, close_atom::value);
    run_all();
  }
  BOOST_TEST(worker.log->size() == told);
  complete(worker, leases.at(0));
  BOOST_TEST(has_line(*attempt.log, {"completed"}));
}

BOOST_AUTO_TEST_SUITE_END()
