// SPDX-License-Identifier: MIT
// Steps that actors do, in simulations.
#include "lightflow/caf/actor_step.hpp"
#include "lightflow/testing.hpp"

#include "../support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/all.hpp>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace lightflow;
using namespace lightflow::testing;
using namespace std::chrono_literals;

namespace {

using promise = caf::typed_response_promise<step_answer>;

struct bank_state {
  std::multimap<std::string, promise> open;
};

/// Takes an hour, and charges once for each key, however often it is asked.
caf::behavior bank(caf::stateful_actor<bank_state>* self,
                   std::set<std::string>* charged) {
  return {[=](const step_request& asked) {
            auto key = asked.idempotency_key();
            self->delayed_send(self, 1h, key);
            return self->state.open
              .emplace(key, self->make_response_promise<promise>())
              ->second;
          },
          [=](const std::string& key) {
            charged->insert(key);
            auto [first, last] = self->state.open.equal_range(key);
            for (auto i = first; i != last; ++i)
              i->second.deliver(step_answer{"receipt of " + key});
            self->state.open.erase(first, last);
          }};
}

/// A flow whose middle step an actor does.
struct shop {
  std::set<std::string> charged;

  definition flows() {
    return [this](catalog& to, caf::actor_system& system) {
      auto& process = to.flow("order").recoverable().process("one");
      process.step("reserve", [](step&) { return 1; });
      process.step("charge", system.spawn(bank, &charged), "reserve")
        .step_timeout(2h);
      process.step(
        "tell", [](step& self) { return self.result<std::string>("charge"); },
        "charge");
    };
  }
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(promise)

BOOST_FIXTURE_TEST_SUITE(actor_step_tests, shop)

BOOST_AUTO_TEST_CASE(an_actor_does_its_step_in_virtual_time) {
  simulation world{flows()};
  auto report = world.finish(world.start_as("r", "order"));
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST((world.now() == 1h));
  BOOST_TEST(charged.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_step_times_out_whose_actor_is_too_slow) {
  auto slow = [this](catalog& to, caf::actor_system& system) {
    to.flow("order")
      .process("one")
      .step("charge", system.spawn(bank, &charged))
      .step_timeout(30min);
  };
  simulation world{slow};
  auto report = world.finish(world.start_as("r", "order"));
  BOOST_TEST(
    report.process("one").step("charge").state().has(status::timed_out));
  BOOST_TEST((world.now() == 30min));
}

BOOST_AUTO_TEST_CASE(an_actor_that_is_kept_outlives_its_program) {
  caf::actor kept;
  auto define = [&](catalog& to, caf::actor_system& system) {
    if (!kept)
      kept = system.spawn(bank, &charged);
    to.flow("order").recoverable().process("one").step("charge", kept);
  };
  simulation world{define};
  world.start_as("r", "order");
  world.advance(30min);
  world.crash();
  auto report = world.finish(world.start_as("r", "order"));
  BOOST_TEST(report.success(), report.errors());
  BOOST_TEST(charged.size() == 1U);
  BOOST_TEST((world.now() == 1h)); // when it answers who asked first
  kept = nullptr;                  // before the simulation ends
}

BOOST_AUTO_TEST_CASE(a_program_can_crash_anywhere_beside_an_actor) {
  exploration_options options;
  options.reset = [this] { charged.clear(); };
  auto check = [this](const run_report& report, const simulation&) {
    expect(report.success(), report.errors());
    expect(charged.size() == 1, "it was charged more than once");
  };
  auto tried = explore_crashes(flows(), "order", {}, check, options);
  BOOST_TEST(tried.crashes > 5U);
}

BOOST_AUTO_TEST_SUITE_END()
