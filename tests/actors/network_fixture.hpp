// SPDX-License-Identifier: MIT
#pragma once

#include "fixture.hpp"

#include "../support/certificates.hpp"
#include "lightflow/caf.hpp"

#include <caf/scoped_actor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace lightflow::tests {

/// Another node: an actor system that engines can be reached from.
struct node {
  explicit node(const network_options& how = {}) {
    load_network(config, how);
    system.emplace(config);
  }

  engine_handle find(std::uint16_t port,
                     duration timeout = std::chrono::seconds{20}) {
    return connect(*system, {"localhost", port}, timeout);
  }

  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
};

/// Asks an engine on another node, and waits for the answer.
template <class Answer = messages::run_status, class Message>
Answer ask(node& from, const engine_handle& whom, Message x) {
  caf::scoped_actor self{*from.system};
  std::optional<Answer> result;
  std::optional<error> refusal;
  self->request(whom, 60s, std::move(x))
    .receive([&](Answer& y) { result = std::move(y); },
             [&](const caf::error& e) { refusal = from_caf(e); });
  if (refusal)
    throw *refusal;
  return *result;
}

/// An engine of its own that can listen, with a flow that doubles a number.
struct network_fixture {
  network_fixture() {
    options.network = network_options{};
    auto& process = catalog.flow_with_process("flow");
    process.step("double",
                 [](step& self) { return 2 * self.get<int>("x").value_or(0); });
  }

  lightflow::engine& engine() {
    if (!engine_)
      engine_.emplace(catalog, options);
    return *engine_;
  }

  void check_service(node& from, std::uint16_t port) {
    messages::run what{"flow", {{"x", 21}}, "", {true, true}};
    auto run = ask(from, from.find(port), what);
    BOOST_TEST(run.success());
    BOOST_TEST(run.processes[0].steps[0].result.as<int>() == 42);
  }

  lightflow::catalog catalog;
  engine_options options;
  std::optional<lightflow::engine> engine_;
};

/// The same over TLS, with an authority of the test.
struct tls_fixture : network_fixture {
  tls_fixture() {
    options.network->tls = trusted.sign("engine");
  }

  network_options client_options() {
    return {trusted.sign("client")};
  }

  authority trusted;
};

/// What comes before a message of CAF's protocol.
inline std::string header(char operation, std::uint32_t payload,
                          std::uint64_t receiver = 0) {
  std::string result(32, '\0');
  result[0] = operation;
  for (int i = 0; i < 4; ++i)
    result[4 + i] = static_cast<char>(payload >> (8 * (3 - i)));
  for (int i = 0; i < 8; ++i)
    result[24 + i] = static_cast<char>(receiver >> (8 * (7 - i)));
  return result;
}

constexpr char client_handshake = 1;
constexpr char direct_message = 2;

} // namespace lightflow::tests
