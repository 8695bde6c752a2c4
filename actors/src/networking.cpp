// SPDX-License-Identifier: MIT
#include "networking.hpp"

#include "lightflow/caf/engine_handle.hpp"
#include "lightflow/caf/error.hpp"
#include "lightflow/core/error.hpp"

#include "tls_middleman.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/replies_to.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cerrno>
#include <cstring>
#include <typeindex>

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lightflow {

bool has_tls(caf::actor_system& system) {
  return system.has_openssl_manager()
         && system.openssl_manager().authentication_enabled();
}

namespace {

using port_answer = caf::expected<std::uint16_t>;

/// Answers a dial, with the errors of `to_caf`.
using dialler
  = caf::typed_actor<caf::replies_to<dial>::with<caf::strong_actor_ptr>>;

/// Whether the actor system can do what the options say; the files are those
/// that it was configured with.
void require_network(caf::actor_system& system, const network_options& how) {
  if (!system.has_middleman())
    throw error(error_code::no_network,
                "the actor system has nothing to talk to other nodes with: set "
                "engine_options::network, or for a given actor system call "
                "lightflow::load_network on its configuration");
  if (!system.config().type_names_by_rtti.contains(typeid(messages::start)))
    throw error(error_code::no_network,
                "the actor system does not know the messages of engines: call "
                "lightflow::add_message_types on its configuration");
  if (how.tls && !has_tls(system))
    throw error(error_code::no_network,
                "the actor system was configured without TLS: call "
                "lightflow::load_network with tls on its configuration");
  if (has_tls(system))
    check_tls_files(system);
}

void require_allowed_by(caf::actor_system& system, const endpoint& where,
                        const network_options& how) {
  require_network(system, how);
  if (!has_tls(system))
    require_allowed(where, {{}, how.allow_unencrypted});
}

// -- listening ----------------------------------------------------------------

/// CAF does not tell why it cannot listen; the operating system does.
std::string why_not_bound(const endpoint& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  auto failure = getaddrinfo(
    where.address.c_str(), std::to_string(where.port).c_str(), &hints, &found);
  if (failure != 0)
    return gai_strerror(failure);
  auto socket = ::socket(found->ai_family, SOCK_STREAM, 0);
  auto result = ::bind(socket, found->ai_addr, found->ai_addrlen) != 0
                  ? std::strerror(errno)
                  : "the operating system gave no reason";
  ::close(socket);
  ::freeaddrinfo(found);
  return result;
}

/// A middleman of its own for each use, so that a dial that hangs holds up
/// nothing else. Ports and connections belong to the broker that all share.
caf::io::middleman_actor spawn_middleman(caf::actor_system& system) {
  auto broker
    = system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  return has_tls(system)
           ? make_tls_middleman(system, std::move(broker))
           : caf::io::make_middleman_actor(system, std::move(broker));
}

// -- dialling -----------------------------------------------------------------

std::string why_not_connected(const caf::error& why, bool has_tls) {
  if (why == caf::sec::request_timeout)
    return "it did not answer in time";
  if (why == caf::sec::disconnect_during_handshake)
    return has_tls ? "it ended the connection: it may not use TLS, or the "
                     "certificates may not accept each other"
                   : "it ended the connection: it may want TLS, or be no "
                     "engine";
  return "it cannot be reached";
}

error cannot_connect(const endpoint& where, std::string_view why) {
  return {error_code::cannot_connect,
          fmt::format("no connection to {}: {}", to_string(where), why)};
}

/// What is wrong with what was found; null if nothing is.
const char* why_unusable(caf::actor_system& system,
                         const caf::strong_actor_ptr& found,
                         const interface_names& has,
                         const interface_names& wanted) {
  if (found == nullptr)
    return "nothing is published there";
  return system.assignable(has, wanted)
           ? nullptr
           : "what is published there is no engine of this version";
}

using found_actor = caf::typed_response_promise<caf::strong_actor_ptr>;

caf::result<caf::strong_actor_ptr>
start_dial(dialler::pointer self, const dial& x, const network_options& how) {
  try {
    require_allowed_by(self->system(), x.where, how);
  } catch (const error& e) {
    return to_caf(e);
  }
  auto answer = self->make_response_promise<found_actor>();
  auto middleman = spawn_middleman(self->system());
  auto end
    = [middleman] { caf::anon_send_exit(middleman, caf::exit_reason::kill); };
  self
    ->request(middleman, x.timeout, caf::connect_atom_v, x.where.address,
              x.where.port)
    .then(
      [=](const caf::node_id&, caf::strong_actor_ptr& found,
          const interface_names& has) mutable {
        auto why = why_unusable(self->system(), found, has, x.interface);
        if (why != nullptr)
          answer.deliver(to_caf(cannot_connect(x.where, why)));
        else
          answer.deliver(std::move(found));
        end();
      },
      [=](const caf::error& e) mutable {
        auto why = why_not_connected(e, has_tls(self->system()));
        answer.deliver(to_caf(cannot_connect(x.where, why)));
        end();
      });
  return answer;
}

/// Has threads of its own to wait on.
dialler spawn_dialler(caf::actor_system& system, network_options how) {
  return system.spawn<caf::hidden + caf::detached>(
    [how = std::move(how)](dialler::pointer self) -> dialler::behavior_type {
      return {[=](const dial& x) { return start_dial(self, x, how); }};
    });
}

} // namespace

std::uint16_t publish(caf::actor_system& system,
                      const caf::strong_actor_ptr& whom,
                      interface_names interface, const endpoint& where,
                      const network_options& how) {
  require_allowed_by(system, where, how);
  caf::scoped_actor self{system, true};
  port_answer result{caf::sec::runtime_error};
  self
    ->request(spawn_middleman(system), caf::infinite, caf::publish_atom_v,
              where.port, whom, std::move(interface), where.address, true)
    .receive([&](std::uint16_t port) { result = port; },
             [&](caf::error& e) { result = std::move(e); });
  if (!result)
    throw error(error_code::cannot_listen,
                fmt::format("cannot listen at {}: {}", to_string(where),
                            why_not_bound(where)));
  return *result;
}

void unpublish(caf::actor_system& system, const caf::strong_actor_ptr& whom,
               std::uint16_t port) {
  caf::scoped_actor self{system, true};
  self
    ->request(spawn_middleman(system), caf::infinite, caf::unpublish_atom_v,
              caf::actor_cast<caf::actor_addr>(whom), port)
    .receive([] {}, [](const caf::error&) {});
}

caf::strong_actor_ptr dial_and_wait(caf::actor_system& system, dial what,
                                    network_options how) {
  caf::scoped_actor self{system, true};
  caf::expected<caf::strong_actor_ptr> result{caf::sec::runtime_error};
  self
    ->request(spawn_dialler(system, std::move(how)), caf::infinite,
              std::move(what))
    .receive([&](caf::strong_actor_ptr& found) { result = std::move(found); },
             [&](caf::error& e) { result = std::move(e); });
  if (!result)
    throw from_caf(result.error());
  return *std::move(result);
}

engine_handle connect(caf::actor_system& system, const endpoint& where,
                      duration timeout, const network_options& how) {
  dial what{where, interface_of<engine_handle>(system), timeout};
  return caf::actor_cast<engine_handle>(
    dial_and_wait(system, std::move(what), how));
}

} // namespace lightflow
