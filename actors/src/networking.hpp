// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/network.hpp"
#include "lightflow/core/time.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <set>
#include <string>

// What CAF has to do with other nodes, behind a few functions: plain or by TLS,
// as the actor system is configured.

namespace lightflow {

/// The names of the messages that an actor takes.
using interface_names = std::set<std::string>;

/// Whether the connections of an actor system are by TLS.
bool has_tls(caf::actor_system& system);

/// Opens a port by which other nodes find an actor, and gives the port. Waits
/// for CAF's middleman. Throws lightflow::error: error_code::no_network,
/// unencrypted, bad_tls and cannot_listen.
std::uint16_t publish(caf::actor_system& system,
                      const caf::strong_actor_ptr& whom,
                      interface_names interface, const endpoint& where,
                      const network_options& how);

/// Closes a port. Connections that were made by it stay.
void unpublish(caf::actor_system& system, const caf::strong_actor_ptr& whom,
               std::uint16_t port);

/// Asks for the actor that is found at an endpoint.
struct dial {
  endpoint where;
  /// The messages that it has to take.
  interface_names interface;
  duration timeout;
};

/// Finds an actor on another node, and waits for it. Returns after the timeout
/// at the latest, also while CAF is still dialling, which blocks a thread of
/// its own until the operating system gives up; that may hold up the end of the
/// actor system. Throws lightflow::error: error_code::no_network, unencrypted,
/// bad_tls and cannot_connect.
caf::strong_actor_ptr dial_and_wait(caf::actor_system& system, dial what,
                                    network_options how);

template <class Handle>
interface_names interface_of(const caf::actor_system& system) {
  return system.message_types<Handle>();
}

} // namespace lightflow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::dial)
