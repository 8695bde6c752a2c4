// SPDX-License-Identifier: MIT
#include "tls_middleman.hpp"

#include "lightflow/actors/network.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/detail/socket_guard.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor_impl.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/io/scribe.hpp>
#include <caf/openssl/session.hpp>

#include <exception>
#include <utility>

#include <openssl/err.h>

namespace lightflow {

namespace {

namespace io = caf::io;
namespace net = caf::io::network;

using caf::openssl::session_ptr;

/// Null if there can be none. Files are looked at before CAF reads them: what
/// it has made by then is lost when it cannot.
session_ptr make_session(caf::actor_system& system, net::native_socket socket,
                         bool accepts) {
  try {
    check_tls_files(system);
    ERR_clear_error();
    return caf::openssl::make_session(system, socket, accepts);
  } catch (const std::exception&) { // of a file
    return nullptr;
  }
}

/// How bytes go by a connection: through its session, to which nothing is left
/// of the errors of others.
class tls_policy {
public:
  explicit tls_policy(session_ptr session) : session_(std::move(session)) {}

  net::rw_state read_some(std::size_t& result, net::native_socket from,
                          void* to, std::size_t size) {
    ERR_clear_error();
    return session_->read_some(result, from, to, size);
  }

  net::rw_state write_some(std::size_t& result, net::native_socket to,
                           const void* from, std::size_t size) {
    ERR_clear_error();
    return session_->write_some(result, to, from, size);
  }

  bool must_read_more(net::native_socket from, std::size_t threshold) {
    return session_->must_read_more(from, threshold);
  }

private:
  session_ptr session_;
};

/// A connection.
class tls_scribe : public io::scribe {
public:
  tls_scribe(net::default_multiplexer& backend, net::native_socket socket,
             session_ptr session)
      : scribe(net::conn_hdl_from_socket(socket)),
        stream_(backend, socket, std::move(session)) {}

  /// The first call begins to read, and to write nothing, which has the session
  /// go on with its handshake.
  void configure_read(io::receive_policy::config how) override {
    stream_.configure_read(how);
    if (std::exchange(is_launched_, true))
      return;
    stream_.start(this);
    stream_.force_empty_write(this);
  }

  void ack_writes(bool enable) override {
    stream_.ack_writes(enable);
  }

  std::vector<char>& wr_buf() override {
    return stream_.wr_buf();
  }

  std::vector<char>& rd_buf() override {
    return stream_.rd_buf();
  }

  void flush() override {
    stream_.flush(this);
  }

  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }

  std::string addr() const override {
    auto found = net::remote_addr_of_fd(stream_.fd());
    return found ? *found : std::string{};
  }

  std::uint16_t port() const override {
    auto found = net::remote_port_of_fd(stream_.fd());
    return found ? *found : std::uint16_t{0};
  }

  void add_to_loop() override {
    stream_.activate(this);
  }

  void remove_from_loop() override {
    stream_.passivate();
  }

private:
  net::stream_impl<tls_policy> stream_;
  bool is_launched_ = false;
};

/// Takes the socket if there can be a session; closes it otherwise.
io::scribe_ptr make_scribe(net::default_multiplexer& backend,
                           net::native_socket socket, bool accepts) {
  caf::detail::socket_guard guard{socket};
  net::nonblocking(socket, true);
  auto session = make_session(backend.system(), socket, accepts);
  if (session == nullptr)
    return nullptr;
  auto result
    = caf::make_counted<tls_scribe>(backend, socket, std::move(session));
  guard.release();
  return result;
}

/// A port that is listened at.
class tls_doorman : public net::doorman_impl {
public:
  using doorman_impl::doorman_impl;

  bool new_connection() override {
    if (detached())
      return false;
    auto& backend = acceptor_.backend();
    auto scribe = make_scribe(backend, acceptor_.accepted_socket(), true);
    if (scribe == nullptr)
      return false;
    auto handle = scribe->hdl();
    parent()->add_scribe(std::move(scribe));
    return doorman::new_connection(&backend, handle);
  }
};

class tls_middleman : public io::middleman_actor_impl {
public:
  using middleman_actor_impl::middleman_actor_impl;

protected:
  caf::expected<io::scribe_ptr> connect(const std::string& host,
                                        std::uint16_t port) override {
    auto socket = net::new_tcp_connection(host, port);
    if (!socket)
      return std::move(socket.error());
    if (auto result = make_scribe(backend(), *socket, false))
      return result;
    return caf::make_error(caf::sec::cannot_connect_to_node);
  }

  caf::expected<io::doorman_ptr> open(std::uint16_t port, const char* address,
                                      bool reuse) override {
    auto socket = net::new_tcp_acceptor_impl(port, address, reuse);
    if (!socket)
      return std::move(socket.error());
    return io::doorman_ptr{caf::make_counted<tls_doorman>(backend(), *socket)};
  }

private:
  net::default_multiplexer& backend() {
    return static_cast<net::default_multiplexer&>(
      system().middleman().backend());
  }
};

} // namespace

void check_tls_files(caf::actor_system& system) {
  auto& files = system.config();
  if (!files.openssl_cafile.empty())
    require_usable({files.openssl_certificate, files.openssl_key,
                    files.openssl_cafile, files.openssl_passphrase});
}

/// Detached, since it waits while it connects.
caf::io::middleman_actor make_tls_middleman(caf::actor_system& system,
                                            caf::actor broker) {
  return system.spawn<tls_middleman, caf::detached + caf::hidden>(
    std::move(broker));
}

} // namespace lightflow
