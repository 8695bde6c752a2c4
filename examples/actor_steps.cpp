// SPDX-License-Identifier: MIT
// Actors that do steps of an order.
#include <lightflow/caf/actor_step.hpp>
#include <lightflow/lightflow.hpp>

#include <caf/all.hpp>
#include <fmt/core.h>

#include <chrono>
#include <map>
#include <string>

namespace lf = lightflow;
using namespace std::chrono_literals;

/// Answers at once: with a value, or with why there is none.
caf::behavior stock(caf::event_based_actor*) {
  return {
    [](const lf::step_request& asked) -> lf::step_answer {
      auto pieces = asked.get<int>("pieces").value_or(0);
      if (pieces > 10)
        return lf::fail("only 10 are left");
      return lf::step_answer{10 - pieces}.set("reserved", pieces);
    },
  };
}

using answer_promise = caf::typed_response_promise<lf::step_answer>;

struct bank_state {
  std::map<std::string, answer_promise> open;
};

/// Answers later. The step waits for it without a thread.
caf::behavior bank(caf::stateful_actor<bank_state>* self) {
  return {
    [self](const lf::step_request& asked) {
      auto key = asked.idempotency_key(); // the same in each attempt
      self->delayed_send(self, 50ms, key);
      return self->state.open[key]
             = self->make_response_promise<answer_promise>();
    },
    [self](const std::string& key) {
      self->state.open[key].deliver(lf::step_answer{"receipt of " + key});
      self->state.open.erase(key);
    },
  };
}

int main() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto stock_actor = system.spawn(stock);
  auto bank_actor = system.spawn(bank);

  lf::catalog catalog;
  auto& process = catalog.flow_with_process("order");
  process.step("reserve", stock_actor);
  process.step("charge", bank_actor, "reserve")
    .reads("reserved")
    .retry(2, 100ms)
    .step_timeout(10s);
  process.step(
    "tell",
    [](lf::step& step) {
      fmt::print("{} reserved, {}\n", *step.get<int>("reserved"),
                 *step.result<std::string>("charge"));
    },
    "charge");
  {
    lf::engine engine{system, catalog};
    engine.start_as("order-1", "order", {{"pieces", 3}}).wait();
    auto second = engine.start_as("order-2", "order", {{"pieces", 30}}).wait();
    fmt::print("{}\n", second.process("order").step("reserve").error());
  }
  caf::anon_send_exit(stock_actor, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(bank_actor, caf::exit_reason::user_shutdown);
}
