// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/network.hpp"
#include "lightflow/core/time.hpp"

#include "worker_actor.hpp"

#include <list>
#include <memory>
#include <thread>

namespace lightflow {

/// Makes links by CAF's middleman. Each has an actor system of its own: for an
/// engine it is another node, so that it cannot be taken for one that was lost,
/// of which the network may still know. And each has a thread of its own, since
/// connecting blocks. Used by one thread at a time.
class caf_links {
public:
  caf_links(endpoint engine, network_options network, duration patience)
      : engine_(std::move(engine)), network_(std::move(network)),
        patience_(patience) {}

  /// Waits until all links are closed, which may take the patience.
  ~caf_links();

  std::unique_ptr<worker_link> make(link_number number, worker_actor listener);

private:
  class link;
  struct state;

  static void run(const std::shared_ptr<state>& x);
  void join_ended();

  endpoint engine_;
  network_options network_;
  duration patience_; // with connecting
  std::list<std::pair<std::shared_ptr<state>, std::thread>> threads_;
};

} // namespace lightflow
