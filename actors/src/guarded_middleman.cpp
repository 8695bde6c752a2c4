// SPDX-License-Identifier: MIT
#include "guarded_middleman.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/sec.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstdint>
#include <unordered_map>
#include <vector>

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

/// How long one may be before the peer has said who it is.
constexpr std::uint32_t max_handshake = std::uint32_t{64} << 10;

constexpr caf::timespan default_handshake_time = std::chrono::seconds{30};

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
      [this](const handshake_due& x) { on_handshake_due(x); },
    };
    return guard.or_else(inner_);
  }

private:
  void on_connection(caf::io::connection_handle from) {
    auto number = ++connections_[from];
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
    if (i != connections_.end() && i->second == x.number
        && !instance.tbl().lookup_direct(x.handle))
      end(x.handle);
  }

  void end(caf::io::connection_handle x) {
    connection_cleanup(x, caf::sec::invalid_argument);
    close(x);
  }

  void on_data(caf::io::new_data_msg& x) {
    auto i = ctx.find(x.handle);
    auto is_first = i == ctx.end();
    auto is_payload = !is_first && i->second.cstate == basp::await_payload;
    if (is_payload || is_acceptable(x.buf, is_first)) {
      inner_(current_mailbox_element()->content());
      return;
    }
    end(caf::io::connection_handle{x.handle});
  }

  bool is_acceptable(const std::vector<char>& bytes, bool is_first) {
    basp::header x;
    caf::binary_deserializer source{context(), bytes};
    if (source(x) || !basp::valid(x))
      return false;
    if (basp::is_handshake(x))
      return x.payload_len > 0 && x.payload_len <= max_handshake;
    return !is_first && x.payload_len <= max_payload;
  }

  caf::behavior inner_;
  /// How many there have been by the same handle, which CAF uses again.
  std::unordered_map<caf::io::connection_handle, std::uint64_t> connections_;
};

} // namespace

guarded_middleman::guarded_middleman(caf::actor_system& system)
    : middleman(system), backend_(&system) {}

caf::actor_system::module* guarded_middleman::make(caf::actor_system& system,
                                                   caf::detail::type_list<>) {
  return new guarded_middleman(system);
}

/// CAF asks for the broker by its name, and takes the one that is there.
void guarded_middleman::start() {
  named_broker<guarded_broker>(caf::atom("BASP"));
  middleman::start();
}

} // namespace lightflow
