// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/testing/message_fate.hpp"

#include "../../actors/src/link_end.hpp"

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>

#include <deque>
#include <functional>
#include <string_view>

namespace lightflow::testing {

/// Says what becomes of a message, by its name.
using link_judge = std::function<message_fate(std::string_view message)>;

/// A connection of a worker to an engine in the same actor system, on which
/// messages fare as on a bad network. Heartbeats fare as what came before them.
class unreliable_link_end : public link_end {
public:
  unreliable_link_end(caf::actor_config& cfg, caf::strong_actor_ptr engine,
                      link_number number, worker_actor listener,
                      link_judge judge);

protected:
  caf::behavior make_behavior() override;
  void to_engine(caf::message x) override;
  void to_worker(host_message x) override;

private:
  /// One direction.
  struct lane {
    std::deque<std::function<void()>> waiting;
    caf::actor_clock::time_point last; // when the last of them arrives
  };

  template <class Arrival>
  void send_on(lane& to, std::string_view message, Arrival arrival,
               const std::function<void()>& deliver);
  void arrive(lane& to);
  void close();

  link_judge judge_;
  lane to_engine_;
  lane to_worker_;
  bool is_cut_ = false;
  bool is_closing_ = false;
};

/// Closes the connection when it is destroyed.
class unreliable_link : public worker_link {
public:
  explicit unreliable_link(caf::actor end) : end_(std::move(end)) {}

  ~unreliable_link() override;

  void send(caf::message x) override;

private:
  caf::actor end_;
};

} // namespace lightflow::testing
