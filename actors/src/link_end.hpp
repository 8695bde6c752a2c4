// SPDX-License-Identifier: MIT
#pragma once

#include "worker_actor.hpp"

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message.hpp>

namespace lightflow {

/// Something of a worker for its engine.
struct outgoing {
  caf::message what;
};

/// Where a connection ends on the worker's side: passes messages on, both ways,
/// and is to the engine what the worker is.
class link_end : public caf::event_based_actor {
public:
  /// @param engine what the worker says hello to
  /// @param listener gets all that comes by this link
  link_end(caf::actor_config& cfg, caf::strong_actor_ptr engine,
           link_number number, worker_actor listener);

  void on_exit() override;

protected:
  caf::behavior make_behavior() override;

  virtual void to_engine(caf::message x);
  virtual void to_worker(host_message x);

private:
  void meet_host();

  caf::actor engine_;
  link_number number_;
  worker_actor listener_;
};

} // namespace lightflow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::outgoing)
