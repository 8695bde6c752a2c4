// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lightflow::tests {

/// A TCP connection to a port of this machine, by which anything can be sent.
class raw_connection {
public:
  explicit raw_connection(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0)
      throw std::runtime_error("no connection");
  }

  ~raw_connection() {
    ::close(socket_);
  }

  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;

  void send(std::string_view bytes) {
    ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  /// Reads until the other end closes the connection; false if it does not
  /// within ten seconds.
  bool is_closed() {
    char buffer[4096];
    pollfd what{socket_, POLLIN, 0};
    while (::poll(&what, 1, 10'000) == 1)
      if (::recv(socket_, buffer, sizeof(buffer), 0) <= 0)
        return true;
    return false;
  }

private:
  int socket_;
};

} // namespace lightflow::tests
