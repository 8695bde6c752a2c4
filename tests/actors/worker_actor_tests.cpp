// SPDX-License-Identifier: MIT
#include "worker_fixture.hpp"

#include <algorithm>
#include <functional>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// What happens to one connection, as the engine would see it.
struct fake_engine {
  link_number link = 0;
  worker_actor worker;
  bool closed = false;
  std::vector<std::string> got;
  std::vector<step_completion> completions;
};

class fake_link : public worker_link {
public:
  explicit fake_link(fake_engine& x) : engine_(x) {}

  ~fake_link() override {
    engine_.closed = true;
    engine_.worker = nullptr;
  }

  void send(caf::message x) override {
    auto note = [this](std::string y) { engine_.got.push_back(std::move(y)); };
    x.apply({
      [&](const worker_hello& y) {
        note("hello with " + std::to_string(y.slots) + " slots");
      },
      [&](const worker_slots& y) { note("slots " + std::to_string(y.slots)); },
      [&](const step_completion& y) {
        note("completion " + std::to_string(y.lease.number) + ' ' + y.error);
        engine_.completions.push_back(y);
      },
      [&](leave_atom) { note("leave"); },
      [&](beat_atom) { note("beat"); },
    });
  }

private:
  fake_engine& engine_;
};

struct worker_actor_fixture : actor_fixture {
  worker_actor_fixture() {
    auto& process = flows.flow_with_process("flow");
    process.step("step", [this](step& self) {
      return function ? function(self) : result<int>{7};
    });
    profile.name = "w1";
    profile.labels = {"gpu"};
    profile.slots = 2;
    profile.answer_time = 5s;
    profile.drain_time = 30s;
    profile.reconnect.initial = 100ms;
    profile.reconnect.cap = 10s;
  }

  ~worker_actor_fixture() {
    caf::anon_send_exit(worker, caf::exit_reason::kill);
    run_all();
  }

  void start() {
    worker = system().spawn<worker_actor_impl, caf::hidden>(
      env(), place, profile, [this](link_number number, worker_actor self) {
        engines.push_back(std::make_unique<fake_engine>());
        engines.back()->link = number;
        engines.back()->worker = std::move(self);
        return std::make_unique<fake_link>(*engines.back());
      });
    run_all();
  }

  fake_engine& engine() {
    return *engines.back();
  }

  void open() {
    caf::anon_send(worker, link_opened{engine().link});
    run_all();
  }

  void say(host_message x, const fake_engine& from) {
    caf::anon_send(worker, link_message{from.link, std::move(x)});
    run_all();
  }

  void say(host_message x) {
    say(std::move(x), engine());
  }

  void welcome() {
    open();
    say(worker_welcome{"epoch", duration{1s}.count(), duration{5s}.count()});
  }

  void assign(std::uint64_t number) {
    caf::anon_send(worker, link_message{engine().link, assignment(number)});
  }

  step_assignment assignment(std::uint64_t number) {
    step_assignment x;
    x.lease = {"epoch", number};
    x.flow = x.process = "flow";
    x.step = "step";
    x.run = "r1";
    x.definition = place.definitions.of(*flows.plan("flow"))->fingerprint;
    x.value_limit = 1000;
    return x;
  }

  bool is_gone() {
    return has_line(log, {"gone"});
  }

  catalog flows;
  std::function<result<int>(step&)> function;
  workshop place{flows, "w1"};
  worker_profile profile{};
  worker_actor worker;
  std::vector<std::unique_ptr<fake_engine>> engines;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(worker_actor_tests, worker_actor_fixture)

BOOST_AUTO_TEST_CASE(a_worker_says_hello_and_does_what_it_is_assigned) {
  start();
  welcome();
  assign(1);
  run_all();
  BOOST_TEST(
    engine().got
      == (std::vector<std::string>{"hello with 2 slots", "completion 1 "}),
    boost::test_tools::per_element());
  BOOST_TEST(from_sent(engine().completions.at(0).result).as<int>() == 7);
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_or_throws_is_told_so) {
  start();
  welcome();
  function = [](step&) { return fail("no"); };
  assign(1);
  run_all();
  function = [](step&) -> result<int> { throw std::runtime_error{"oh"}; };
  assign(2);
  run_all();
  auto& got = engine().completions;
  BOOST_REQUIRE(got.size() == 2);
  BOOST_TEST((got[0].kind == completion_kind::failed));
  BOOST_TEST(got[0].error == "no");
  BOOST_TEST((got[1].kind == completion_kind::threw));
  BOOST_TEST(got[1].error == "oh");
}

BOOST_AUTO_TEST_CASE(a_worker_waits_longer_from_one_try_to_the_next) {
  start();
  std::vector<time_point> tries{env().now()};
  for (int i = 0; i < 9; ++i) {
    caf::anon_send(worker, link_lost{engine().link, "nobody is there"});
    run_all();
    auto before = engines.size();
    while (engines.size() == before)
      advance(10ms);
    tries.push_back(env().now());
  }
  for (std::size_t i = 2; i < 8; ++i)
    BOOST_TEST((tries[i] - tries[i - 1] > tries[i - 1] - tries[i - 2]));
  BOOST_TEST((tries[9] - tries[8] <= 10s));
  BOOST_TEST(log.size() == 1); // not for each try
}

BOOST_AUTO_TEST_CASE(a_worker_gives_up_an_engine_that_does_not_answer) {
  start();
  advance(6s);
  BOOST_TEST(engines.size() == 2);
  open();
  advance(6s);
  BOOST_TEST(engines.size() == 3);
  BOOST_TEST(has_line(log, {"did not answer within"}));
}

BOOST_AUTO_TEST_CASE(a_worker_gives_up_an_engine_that_is_silent) {
  start();
  welcome();
  advance(4s);
  BOOST_TEST(has_line(engine().got, {"beat"}));
  say(beat_atom{});
  advance(4s);
  BOOST_TEST(engines.size() == 1);
  advance(3s);
  BOOST_TEST(engines.size() == 2);
  BOOST_TEST(engines[0]->closed);
  BOOST_TEST(has_line(log, {"silent for"}));
}

BOOST_AUTO_TEST_CASE(what_was_assigned_by_a_lost_connection_is_stopped) {
  start();
  welcome();
  bool was_stopped = false;
  function = [&](step& self) {
    caf::anon_send(worker, link_lost{engine().link, "cut"});
    run_all();
    was_stopped = self.stop_requested();
    return result<int>{1};
  };
  assign(1);
  run_all();
  BOOST_TEST(was_stopped);
  advance(1s);
  BOOST_REQUIRE(engines.size() == 2);
  welcome();
  BOOST_TEST(engines[0]->completions.empty());
  BOOST_TEST(engines[1]->completions.empty());
}

BOOST_AUTO_TEST_CASE(functions_of_a_lost_connection_hold_their_slots) {
  start();
  welcome();
  function = [&](step&) {
    caf::anon_send(worker, link_lost{engine().link, "cut"});
    advance(1s);
    welcome();
    return result<int>{1};
  };
  assign(1);
  run_all();
  BOOST_REQUIRE(engines.size() == 2);
  BOOST_TEST(engine().got
               == (std::vector<std::string>{"hello with 1 slots", "slots 2"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_a_lost_connection_still_brings_is_dropped) {
  start();
  welcome();
  caf::anon_send(worker, link_lost{engine().link, "cut"});
  advance(1s);
  welcome();
  int calls = 0;
  function = [&](step&) { return result<int>{++calls}; };
  say(assignment(1), *engines[0]);
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_reaches_the_function) {
  start();
  welcome();
  bool was_stopped = false;
  function = [&](step& self) {
    say(lease_stop{{"epoch", 1}});
    was_stopped = self.stop_requested();
    return result<int>{1};
  };
  assign(1);
  run_all();
  BOOST_TEST(was_stopped);
  BOOST_TEST(engine().completions.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_of_what_was_never_assigned_is_answered) {
  start();
  welcome();
  say(lease_stop{{"epoch", 5}});
  BOOST_REQUIRE(engine().completions.size() == 1);
  BOOST_TEST((engine().completions[0].kind == completion_kind::not_begun));
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_dismissed_tries_again) {
  start();
  open();
  say(worker_dismissal{"too old"});
  BOOST_TEST(engines[0]->closed);
  BOOST_TEST(has_line(log, {"too old"}));
  advance(1s);
  BOOST_TEST(engines.size() == 2);
}

BOOST_AUTO_TEST_CASE(a_worker_finishes_what_it_has_before_it_leaves) {
  start();
  welcome();
  function = [&](step& self) {
    caf::anon_send(worker, drain_atom::value);
    run_all();
    BOOST_TEST(!self.stop_requested());
    BOOST_TEST(!has_line(engine().got, {"leave"}));
    return result<int>{1};
  };
  assign(1);
  run_all();
  BOOST_TEST(engine().got
               == (std::vector<std::string>{"hello with 2 slots", "slots 0",
                                            "completion 1 ", "leave"}),
             boost::test_tools::per_element());
  BOOST_TEST(!engine().closed);
  say(leave_atom{});
  BOOST_TEST(engine().closed);
}

BOOST_AUTO_TEST_CASE(a_worker_leaves_when_the_time_to_drain_is_over) {
  start();
  welcome();
  function = [&](step& self) {
    caf::anon_send(worker, drain_atom::value);
    for (int i = 0; i < 8; ++i) {
      advance(4s);
      say(beat_atom{});
    }
    BOOST_TEST(self.stop_requested());
    return result<int>{1};
  };
  assign(1);
  run_all();
  BOOST_TEST(has_line(engine().got, {"leave"}));
  BOOST_TEST(has_line(log, {"leaves with 1 steps under way"}));
  advance(6s); // no answer
  BOOST_TEST(engine().closed);
}

BOOST_AUTO_TEST_CASE(a_worker_that_said_goodbye_sends_back_what_still_comes) {
  start();
  welcome();
  function = [](step&) -> result<int> {
    BOOST_TEST(false, "it is called");
    return 0;
  };
  caf::anon_send(worker, drain_atom::value);
  run_all();
  assign(1);
  run_all();
  BOOST_TEST((engine().completions.at(0).kind == completion_kind::not_begun));
}

BOOST_AUTO_TEST_CASE(a_worker_without_a_connection_leaves_at_once) {
  start();
  caf::anon_send(worker, drain_atom::value);
  run_all();
  BOOST_TEST(engine().closed);
  advance(20s);
  BOOST_TEST(engines.size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
