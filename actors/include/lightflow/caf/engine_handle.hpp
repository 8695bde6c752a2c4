// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/network.hpp"
#include "lightflow/caf/messages.hpp"
#include "lightflow/core/time.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>

namespace lightflow {

class engine;

/// An engine, as actors talk to it, in the same actor system or on another
/// node. Each request is answered, or refused with an error of the category
/// `error_category`; `from_caf` gives it back as the error that the member
/// function of `engine` would have thrown.
///
/// The actor ends with its engine, and the engine with it: one that an exit
/// message reaches closes the engine as if it were destroyed. Requests that
/// wait are refused then with error_code::engine_closed.
using engine_handle = caf::typed_actor<
  // Answers once the run has begun, and is as durable as it should be.
  caf::replies_to<messages::start>::with<messages::run_status>,
  // Answer once the run has ended.
  caf::replies_to<messages::run>::with<messages::run_status>,
  caf::replies_to<messages::wait>::with<messages::run_status>,
  // Answers once the run goes on.
  caf::replies_to<messages::recover>::with<messages::run_status>,
  caf::replies_to<messages::look>::with<messages::run_status>,
  // Answer once it is in force; false if the run has ended before.
  caf::replies_to<messages::pause>::with<bool>,
  caf::replies_to<messages::resume>::with<bool>,
  caf::replies_to<messages::stop>::with<bool>,
  caf::replies_to<messages::list>::with<messages::run_list>,
  // Answers false if the run is under way.
  caf::replies_to<messages::forget>::with<bool>,
  // A subscriber gets step_completed, process_completed, run_completed and
  // event_occurred, until it takes that back or ends.
  caf::reacts_to<messages::subscribe>, caf::reacts_to<messages::unsubscribe>>;

/// The actor of an engine. May outlive the engine, but not the actor system.
engine_handle actor_of(const engine& x);

/// Finds an engine that listens on another node, by an actor system that was
/// configured with `load_network`. Waits for it, `timeout` at most. Throws
/// lightflow::error: error_code::no_network, unencrypted, bad_tls and
/// cannot_connect.
engine_handle connect(caf::actor_system& system, const endpoint& where,
                      duration timeout = std::chrono::seconds{10},
                      const network_options& how = {});

} // namespace lightflow
