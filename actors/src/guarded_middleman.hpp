// SPDX-License-Identifier: MIT
#pragma once

#include "ended_connections.hpp"

#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>

namespace lightflow {

/// CAF's middleman, which ends connections by which something comes that would
/// end the program: CAF allocates what the header of a message announces, up to
/// 4 GiB, before anything of it has come and whoever sends it, and reads the
/// payload of a handshake also if there is none. Engines can hear of each.
class guarded_middleman : public caf::io::middleman {
public:
  static caf::actor_system::module* make(caf::actor_system& system,
                                         caf::detail::type_list<>);

  /// The one of an actor system; null if it has none, or CAF's own.
  static guarded_middleman* of(caf::actor_system& system);

  void start() override;

  ended_connections& ended() {
    return ended_;
  }

  caf::io::network::multiplexer& backend() override {
    return backend_;
  }

private:
  explicit guarded_middleman(caf::actor_system& system);

  caf::io::network::default_multiplexer backend_;
  ended_connections ended_;
};

} // namespace lightflow
