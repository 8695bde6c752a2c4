// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/network.hpp"

#include <caf/actor_system_config.hpp>

namespace lightflow {

/// Makes the messages of engines known to the actor systems with this
/// configuration. Needed to talk to an engine on another node, and to have its
/// errors rendered by `caf::actor_system::render`.
void add_message_types(caf::actor_system_config& to);

/// Has actor systems with this configuration talk to other nodes: loads CAF's
/// middleman, and its OpenSSL module if TLS is asked for, and adds the message
/// types. The middleman ends connections by which something comes that CAF
/// itself would not survive. Do not load CAF's own beside it. Throws as
/// `require_usable` does.
void load_network(caf::actor_system_config& to,
                  const network_options& how = {});

} // namespace lightflow
