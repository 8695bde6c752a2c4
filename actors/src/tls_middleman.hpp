// SPDX-License-Identifier: MIT
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>
#include <caf/io/middleman_actor.hpp>

namespace lightflow {

/// Whether the files of TLS that an actor system was configured with can be
/// used. Throws lightflow::error with error_code::bad_tls.
void check_tls_files(caf::actor_system& system);

/// Listens and connects as the actor of CAF's module for TLS does, with that
/// module's configuration and sessions, but keeps connections apart: OpenSSL
/// has one list of errors per thread, which CAF reads without clearing it, so
/// that one handshake that fails would end all other connections. And files of
/// TLS that cannot be read end a connection, not the program.
caf::io::middleman_actor make_tls_middleman(caf::actor_system& system,
                                            caf::actor broker);

} // namespace lightflow
