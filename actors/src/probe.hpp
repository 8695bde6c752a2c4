// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/network.hpp"
#include "lightflow/core/time.hpp"

#include <string>

struct addrinfo;

namespace lightflow {

/// A TCP connection that shows that somebody answers at an endpoint.
///
/// Keep it until there is another one: CAF calls a connection by the number of
/// its socket, which the operating system uses again at once, and may take the
/// end of this one for that of the next.
class probe {
public:
  /// Connects. Blocks for so long at most, and while the name is looked up.
  /// Throws lightflow::error with error_code::cannot_connect.
  probe(const endpoint& where, duration patience);

  ~probe();

  probe(const probe&) = delete;
  probe& operator=(const probe&) = delete;

private:
  std::string try_connect(const addrinfo& to, duration patience);
  void close();

  int socket_ = -1;
};

} // namespace lightflow
