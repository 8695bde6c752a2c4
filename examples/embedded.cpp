// SPDX-License-Identifier: MIT
// A program with actors of its own runs flows in its actor system: its actors
// start runs, watch them and stop them by messages, and do a step of them.
#include <lightflow/caf.hpp>
#include <lightflow/lightflow.hpp>

#include <caf/all.hpp>
#include <fmt/core.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace lf = lightflow;
using lf::messages::run_status;

namespace {

/// Does a step: its answer is what the step returns.
caf::behavior cashier() {
  return {
    [](const lf::step_request& step) -> lf::step_answer {
      return fmt::format("{} items paid", *step.get<int>("items"));
    },
  };
}

void define(lf::catalog& catalog, const caf::actor& cashier) {
  auto& orders = catalog.flow_with_process("orders");
  orders.step("reserve", [](lf::step& step) {
    step.set("items", 2 * *step.get<int>("order"));
  });
  orders.step("charge", cashier).after("reserve").reads("items");
  orders.step("ship", [](lf::step& step) { return *step.get<int>("items"); })
    .after("charge");

  auto& mirror = catalog.flow_with_process("mirror");
  mirror.step("follow", [](lf::step& step) {
    while (!step.stop_requested())
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  });
}

/// Takes the number of an order, and answers when it is shipped.
using order_desk = caf::typed_actor<caf::replies_to<int>::with<std::string>>;

order_desk::behavior_type desk(order_desk::pointer self,
                               lf::engine_handle engine) {
  return {[=](int order) {
    auto answer = self->make_response_promise<std::string>();
    lf::messages::run what{"orders", {{"order", order}}};
    what.id = fmt::format("order-{}", order);
    what.show.results = true;
    self->request(engine, caf::infinite, what)
      .then(
        [=](const run_status& run) mutable {
          auto& ship = run.processes.at(0).steps.at(2);
          answer.deliver(fmt::format("{}: {}, {} items", run.id,
                                     to_string(run.state),
                                     ship.result.as<int>()));
        },
        [=](const caf::error& why) mutable { answer.deliver(why); });
    return answer;
  }};
}

/// Writes down what completes, and gives it when it is asked.
caf::behavior watcher(caf::stateful_actor<std::vector<std::string>>* self) {
  auto note = [self](const std::string& unit, lf::status state) {
    self->state.push_back(fmt::format("{} {}", unit, to_string(state)));
  };
  return {
    [=](const lf::messages::step_completed& x) {
      note("step " + x.step.name, x.step.state);
    },
    [=](const lf::messages::process_completed& x) {
      note("process " + x.process.name, x.process.state);
    },
    [=](const lf::messages::run_completed& x) {
      note("run " + x.run.id, x.run.state);
    },
    [=](const lf::messages::event_occurred& x) {
      note("event: " + x.reason, {});
    },
    [=](caf::get_atom) { return self->state; },
  };
}

/// Asks, waits for the answer and gives it; throws lightflow::error.
template <class Answer, class Handle, class... Ts>
Answer ask(caf::scoped_actor& self, const Handle& whom, Ts... what) {
  Answer result{};
  self->request(whom, caf::infinite, std::move(what)...)
    .receive([&](Answer& x) { result = std::move(x); },
             [](const caf::error& why) { throw lf::from_caf(why); });
  return result;
}

} // namespace

int main() {
  caf::actor_system_config config;
  lf::add_message_types(config);
  caf::actor_system system{config};
  lf::catalog catalog;
  define(catalog, system.spawn(cashier));
  lf::engine engine{system, catalog};
  auto to = lf::actor_of(engine);

  caf::scoped_actor self{system};
  auto watch = system.spawn(watcher);
  self->request(to, caf::infinite, lf::messages::subscribe{watch, "", "orders"})
    .receive([] {}, [](const caf::error& why) { throw lf::from_caf(why); });

  auto orders = system.spawn(desk, to);
  fmt::print("{}\n", ask<std::string>(self, orders, 7));

  ask<run_status>(self, to, lf::messages::start{"mirror", {}, "m1"});
  ask<bool>(self, to, lf::messages::stop{"m1"});
  auto stopped = ask<run_status>(self, to, lf::messages::wait{"m1"});
  fmt::print("{}: {}\n", stopped.id, to_string(stopped.state));

  try {
    ask<run_status>(self, to, lf::messages::start{"refunds"});
  } catch (const lf::error& e) {
    fmt::print("refused: {}\n", e.what());
  }
  for (auto& line : ask<std::vector<std::string>>(self, watch, caf::get_atom_v))
    fmt::print("heard: {}\n", line);
  self->send_exit(watch, caf::exit_reason::user_shutdown);
}
