// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf/values.hpp"
#include "lightflow/core/writes.hpp"

#include <caf/atom.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/typed_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

// What an engine and its workers tell each other. All of it comes from another
// program, so that whoever gets it checks it first.

namespace lightflow {

/// The version of these messages. Both sides must have the same.
inline constexpr std::uint32_t worker_protocol = 1;

/// A slot of a worker, given to one attempt of a step. It names the life of the
/// engine that gave it, so that nothing of an earlier life passes for one.
struct lease {
  std::string epoch;
  std::uint64_t number = 0;

  friend auto operator<=>(const lease&, const lease&) = default;
};

using encoded_writes = std::vector<std::pair<std::string, sent_value>>;

/// What an ancestor left.
struct encoded_output {
  std::string step;
  encoded_writes context;
  sent_value result;
};

// -- from a worker ------------------------------------------------------------

/// The first message of a connection.
struct worker_hello {
  std::uint32_t protocol = worker_protocol;
  std::string name;
  std::vector<std::string> labels;
  std::uint64_t slots = 0;
  std::map<std::string, std::string> flows; // fingerprints, by name
};

/// How many leases it takes from now on; 0: none, since it is about to leave.
struct worker_slots {
  std::uint64_t slots = 0;
};

enum class completion_kind : std::uint8_t {
  success,
  failed,
  threw,
  /// The function did not begin.
  not_begun,
};

/// The worker is done with a lease.
struct step_completion {
  lightflow::lease lease;
  completion_kind kind = completion_kind::success;
  std::string error = {};
  encoded_writes context = {}; // all that the step itself has set
  sent_value result = {};
};

/// A worker is about to leave, and sends back what still comes. The engine
/// answers with the same when the worker has nothing of it any more.
using leave_atom = caf::atom_constant<caf::atom("leave")>;

/// It is there. Sent both ways.
using beat_atom = caf::atom_constant<caf::atom("beat")>;

// -- from the engine ----------------------------------------------------------

/// The worker will get assignments.
struct worker_welcome {
  std::string epoch;
  std::int64_t beat_interval = 0; // of both sides, in nanoseconds
  std::int64_t patience = 0;      // with a silent peer, in nanoseconds
};

/// The worker gets nothing more, and all its leases are lost.
struct worker_dismissal {
  std::string reason;
};

/// An attempt of a step, with all that its function may read.
struct step_assignment {
  lightflow::lease lease;
  std::string flow;
  std::string definition; // the fingerprint
  std::string process;
  std::string step;
  std::string run;
  std::uint32_t attempt = 1;
  std::int64_t start = 0;        // of the first attempt, in ns since 1970
  std::uint64_t value_limit = 0; // in bytes
  encoded_writes input;          // of the run
  encoded_writes prepared;       // by callbacks of the process
  encoded_writes own;            // of the step, until now
  std::vector<encoded_output> ancestors;
};

/// The attempt is to stop soon; nobody waits for it any more.
struct lease_stop {
  lightflow::lease lease;
};

// -- checks -------------------------------------------------------------------

/// What is wrong with a message; empty if nothing is.
std::string why_malformed(const worker_hello& x);
std::string why_malformed(const worker_slots& x);
std::string why_malformed(const step_completion& x, std::size_t value_limit);

/// How many bytes all values in a message may have together. The network takes
/// no larger messages, and ends the connection by which one comes.
inline constexpr std::size_t largest_load = std::size_t{60} << 20;

/// How many bytes of an error are sent.
inline constexpr std::size_t longest_error = 16'384;

/// In bytes, as far as that is up to the value.
std::size_t size_of(const sent_value& x);

/// Its beginning, if it is longer than that.
std::string cut_error(std::string x);

// -- encoding -----------------------------------------------------------------

/// Throws lightflow::error with error_code::no_codec, where `to_sent` would
/// send less.
sent_value encode(const value& x);

/// The values stay encoded until they are asked for.
writes decode(encoded_writes xs);

// -- serialisation ------------------------------------------------------------

template <class Inspector>
auto inspect(Inspector& f, lease& x) {
  return f(caf::meta::type_name("lightflow::lease"), x.epoch, x.number);
}

template <class Inspector>
auto inspect(Inspector& f, sent_value& x) {
  return f(caf::meta::type_name("lightflow::sent_value"), x.type, x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, encoded_output& x) {
  return f(caf::meta::type_name("lightflow::encoded_output"), x.step, x.context,
           x.result);
}

template <class Inspector>
auto inspect(Inspector& f, worker_hello& x) {
  return f(caf::meta::type_name("lightflow::worker_hello"), x.protocol, x.name,
           x.labels, x.slots, x.flows);
}

template <class Inspector>
auto inspect(Inspector& f, worker_slots& x) {
  return f(caf::meta::type_name("lightflow::worker_slots"), x.slots);
}

template <class Inspector>
auto inspect(Inspector& f, step_completion& x) {
  return f(caf::meta::type_name("lightflow::step_completion"), x.lease, x.kind,
           x.error, x.context, x.result);
}

template <class Inspector>
auto inspect(Inspector& f, worker_welcome& x) {
  return f(caf::meta::type_name("lightflow::worker_welcome"), x.epoch,
           x.beat_interval, x.patience);
}

template <class Inspector>
auto inspect(Inspector& f, worker_dismissal& x) {
  return f(caf::meta::type_name("lightflow::worker_dismissal"), x.reason);
}

template <class Inspector>
auto inspect(Inspector& f, step_assignment& x) {
  return f(caf::meta::type_name("lightflow::step_assignment"), x.lease, x.flow,
           x.definition, x.process, x.step, x.run, x.attempt, x.start,
           x.value_limit, x.input, x.prepared, x.own, x.ancestors);
}

template <class Inspector>
auto inspect(Inspector& f, lease_stop& x) {
  return f(caf::meta::type_name("lightflow::lease_stop"), x.lease);
}

// -- actors -------------------------------------------------------------------

/// A worker as an engine sees it, or rather one connection of it.
using worker_peer = caf::typed_actor<
  caf::reacts_to<worker_welcome>, caf::reacts_to<worker_dismissal>,
  caf::reacts_to<step_assignment>, caf::reacts_to<lease_stop>,
  caf::reacts_to<leave_atom>, caf::reacts_to<beat_atom>>;

/// What workers need of the actor that an engine publishes: it hands this on.
using worker_door = caf::typed_actor<caf::reacts_to<worker_hello>>;

/// An engine as its workers see it. It knows a worker by the sender of its
/// messages.
using worker_host = caf::typed_actor<
  // Answered by worker_welcome or worker_dismissal, as a message.
  caf::reacts_to<worker_hello>, caf::reacts_to<worker_slots>,
  caf::reacts_to<step_completion>, caf::reacts_to<leave_atom>,
  caf::reacts_to<beat_atom>>;

} // namespace lightflow
