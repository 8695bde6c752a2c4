// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/event.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace lightflow {

/// Tells the engines of an actor system of connections that were ended because
/// of what came by them: each at most once a second, since anybody can make
/// many. Those in between are counted. Safe to use from any thread.
class ended_connections {
public:
  using time = std::chrono::steady_clock::time_point;

  /// Emits to `engine` from now on. Once more has no effect.
  void add(event_sink& engine);

  /// Does not use `engine` any more once it returns.
  void remove(event_sink& engine);

  /// `peer` is empty if it is not known.
  void tell(const std::string& peer, std::string_view why,
            time now = std::chrono::steady_clock::now());

private:
  struct told {
    std::optional<time> last;
    std::size_t held_back = 0; // since then
  };

  std::mutex mutex_; // guards all that follows
  std::map<event_sink*, told> engines_;
};

} // namespace lightflow
