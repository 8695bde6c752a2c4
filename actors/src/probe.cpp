// SPDX-License-Identifier: MIT
#include "probe.hpp"

#include "lightflow/core/error.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lightflow {

namespace {

class socket_handle {
public:
  explicit socket_handle(const addrinfo& x)
      : id_(
        ::socket(x.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}

  ~socket_handle() {
    if (id_ >= 0)
      ::close(id_);
  }

  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;

  int id() const {
    return id_;
  }

private:
  int id_;
};

/// Why no connection came to be; empty if one did.
std::string try_connect(const addrinfo& to, duration patience) {
  socket_handle socket{to};
  if (::connect(socket.id(), to.ai_addr, to.ai_addrlen) == 0)
    return {};
  if (errno != EINPROGRESS)
    return std::strerror(errno);
  pollfd what{socket.id(), POLLOUT, 0};
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  if (::poll(&what, 1, static_cast<int>(ms.count())) <= 0)
    return fmt::format("it did not answer within {}", describe(patience));
  int failure = 0;
  socklen_t size = sizeof(failure);
  ::getsockopt(socket.id(), SOL_SOCKET, SO_ERROR, &failure, &size);
  return failure == 0 ? "" : std::strerror(failure);
}

} // namespace

void require_reachable(const endpoint& where, duration patience) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  auto failure = ::getaddrinfo(
    where.address.c_str(), std::to_string(where.port).c_str(), &hints, &list);
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list,
                                                             ::freeaddrinfo};
  std::string why
    = failure != 0 ? ::gai_strerror(failure) : "it has no address";
  for (auto x = list; x != nullptr; x = x->ai_next) {
    why = try_connect(*x, patience);
    if (why.empty())
      return;
  }
  throw error(error_code::cannot_connect,
              fmt::format("no connection to {}: {}", to_string(where), why));
}

} // namespace lightflow
