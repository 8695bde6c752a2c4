// SPDX-License-Identifier: MIT
#include "probe.hpp"

#include "lightflow/core/error.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lightflow {

probe::probe(const endpoint& where, duration patience) {
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

/// What came is read before, so that the other end sees an orderly end.
probe::~probe() {
  char ignored[4096];
  while (::recv(socket_, ignored, sizeof(ignored), 0) > 0)
    continue;
  close();
}

/// Gives why no connection came to be; nothing if one did.
std::string probe::try_connect(const addrinfo& to, duration patience) {
  close();
  socket_
    = ::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (::connect(socket_, to.ai_addr, to.ai_addrlen) == 0)
    return {};
  int failure = errno;
  if (failure == EINPROGRESS) {
    pollfd what{socket_, POLLOUT, 0};
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    if (::poll(&what, 1, static_cast<int>(ms.count())) <= 0)
      failure = ETIMEDOUT;
    else if (socklen_t size = sizeof(failure);
             ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failure, &size) == 0
             && failure == 0)
      return {};
  }
  close();
  return std::strerror(failure);
}

void probe::close() {
  if (socket_ >= 0)
    ::close(socket_);
  socket_ = -1;
}

} // namespace lightflow
