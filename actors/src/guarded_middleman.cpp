// SPDX-License-Identifier: MIT
#include "guarded_middleman.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/sec.hpp>

#include <cstdint>

namespace lightflow {

namespace {

namespace basp = caf::io::basp;

/// How long a message may be.
constexpr std::uint32_t max_payload = std::uint32_t{64} << 20;

/// How long one may be before the peer has said who it is.
constexpr std::uint32_t max_handshake = std::uint32_t{64} << 10;

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
    };
    return guard.or_else(inner_);
  }

private:
  void on_data(caf::io::new_data_msg& x) {
    auto i = ctx.find(x.handle);
    auto is_first = i == ctx.end();
    auto is_payload = !is_first && i->second.cstate == basp::await_payload;
    if (is_payload || is_acceptable(x.buf, is_first)) {
      inner_(current_mailbox_element()->content());
      return;
    }
    auto from = x.handle;
    connection_cleanup(from, caf::sec::invalid_argument);
    close(from);
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
