// SPDX-License-Identifier: MIT
#include "guarded_middleman.hpp"

#include "worker_messages.hpp"

#include "lightflow/actors/network.hpp"
#include "lightflow/core/time.hpp"

#include "networking.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/sec.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lightflow {

/// The time is over in which a handshake has to come by a connection.
struct handshake_due {
  caf::io::connection_handle handle;
  std::uint64_t number; // of the connection
};

} // namespace lightflow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::handshake_due)

namespace lightflow {

namespace {

namespace basp = caf::io::basp;

/// How long a message may be.
constexpr std::uint32_t max_payload = std::uint32_t{64} << 20;
static_assert(largest_load < max_payload);

/// How long one may be before the peer has said who it is.
constexpr std::uint32_t max_handshake = std::uint32_t{64} << 10;

constexpr caf::timespan default_handshake_time = std::chrono::seconds{30};

/// What is wrong with a message that begins like this; empty if nothing is.
std::string why_refused(const basp::header& x, bool is_first) {
  auto is_handshake = basp::is_handshake(x);
  if (is_first && !is_handshake)
    return "its first message is no handshake";
  if (is_handshake && x.payload_len == 0)
    return "its handshake is empty";
  auto limit = is_handshake ? max_handshake : max_payload;
  return x.payload_len <= limit
           ? ""
           : fmt::format("it announced a {} of {} bytes; {} are allowed",
                         is_handshake ? "handshake" : "message", x.payload_len,
                         limit);
}

/// The broker that owns all connections, and reads what comes by them: headers
/// and payloads in turn.
class guarded_broker : public caf::io::basp_broker {
public:
  using basp_broker::basp_broker;

protected:
  caf::behavior make_behavior() override {
    inner_ = basp_broker::make_behavior();
    auto guard = caf::message_handler{
      [this](caf::io::new_data_msg& x) { on_data(x); },
      [this](caf::io::new_connection_msg& x) { on_connection(x.handle); },
      [this](const caf::io::connection_closed_msg& x) { on_closed(x.handle); },
      [this](const handshake_due& x) { on_handshake_due(x); },
    };
    return guard.or_else(inner_);
  }

private:
  /// One that somebody else made.
  struct connection {
    std::uint64_t number;
    std::string peer; // empty if it is gone already
  };

  void on_connection(caf::io::connection_handle from) {
    auto address = remote_addr(from);
    auto peer = address.empty()
                  ? address
                  : to_string(endpoint{address, remote_port(from)});
    auto number = ++last_number_;
    connections_.insert_or_assign(from, connection{number, std::move(peer)});
    inner_(current_mailbox_element()->content());
    delayed_send(this, handshake_time(), handshake_due{from, number});
  }

  /// As configured for other silences, which by default is not at all.
  caf::timespan handshake_time() {
    auto configured
      = caf::get_or(config(), "middleman.connection-timeout", caf::timespan{0});
    return configured.count() > 0 ? configured : default_handshake_time;
  }

  /// Nobody may hold a connection without saying who it is.
  void on_handshake_due(const handshake_due& x) {
    auto i = connections_.find(x.handle);
    if (i != connections_.end() && i->second.number == x.number
        && !has_peer(x.handle))
      end(x.handle,
          fmt::format("no handshake came in {}", describe(handshake_time())));
  }

  /// CAF tells of a TLS handshake that fails by no more than this.
  void on_closed(caf::io::connection_handle x) {
    if (has_tls(system()) && connections_.contains(x) && !has_peer(x))
      tell(x, "it ended before its handshake: the peer may use no TLS, or the "
              "certificates may not accept each other");
    connections_.erase(x);
    inner_(current_mailbox_element()->content());
  }

  /// Whether it is known which node is there.
  bool has_peer(caf::io::connection_handle x) {
    return static_cast<bool>(instance.tbl().lookup_direct(x));
  }

  void end(caf::io::connection_handle x, std::string_view why) {
    tell(x, why);
    connections_.erase(x);
    connection_cleanup(x, caf::sec::invalid_argument);
    close(x);
  }

  void tell(caf::io::connection_handle x, std::string_view why) {
    auto i = connections_.find(x);
    auto peer = i != connections_.end() ? i->second.peer : remote_addr(x);
    static_cast<guarded_middleman&>(parent()).ended().tell(peer, why);
  }

  void on_data(caf::io::new_data_msg& x) {
    auto from = x.handle;
    auto i = ctx.find(from);
    auto is_first = i == ctx.end();
    auto is_payload = !is_first && i->second.cstate == basp::await_payload;
    auto why = is_payload ? std::string{} : why_unacceptable(x.buf, is_first);
    if (!why.empty())
      return end(from, why);
    inner_(current_mailbox_element()->content());
    if (!ctx.contains(from))
      on_ended_by_caf(from);
  }

  /// Who dials has the answer anyway; CAF also ends what it dialled and has
  /// twice.
  void on_ended_by_caf(caf::io::connection_handle x) {
    if (connections_.contains(x))
      tell(x, "a message that came by it cannot be read");
    connections_.erase(x);
  }

  std::string why_unacceptable(const std::vector<char>& bytes, bool is_first) {
    basp::header x;
    caf::binary_deserializer source{context(), bytes};
    if (source(x) || !basp::valid(x))
      return "what came by it is no message";
    return why_refused(x, is_first);
  }

  caf::behavior inner_;
  std::unordered_map<caf::io::connection_handle, connection> connections_;
  std::uint64_t last_number_ = 0; // CAF uses handles again
};

} // namespace

guarded_middleman::guarded_middleman(caf::actor_system& system)
    : middleman(system), backend_(&system) {}

caf::actor_system::module* guarded_middleman::make(caf::actor_system& system,
                                                   caf::detail::type_list<>) {
  return new guarded_middleman(system);
}

guarded_middleman* guarded_middleman::of(caf::actor_system& system) {
  return system.has_middleman()
           ? dynamic_cast<guarded_middleman*>(&system.middleman())
           : nullptr;
}

/// CAF asks for the broker by its name, and takes the one that is there.
void guarded_middleman::start() {
  named_broker<guarded_broker>(caf::atom("BASP"));
  middleman::start();
}

} // namespace lightflow
