// SPDX-License-Identifier: MIT
#include "link_end.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <utility>

namespace lightflow {

link_end::link_end(caf::actor_config& cfg, caf::strong_actor_ptr engine,
                   link_number number, worker_actor listener)
    : event_based_actor(cfg),
      engine_(caf::actor_cast<caf::actor>(std::move(engine))), number_(number),
      listener_(std::move(listener)) {
  set_default_handler(caf::drop);
  set_down_handler([this](const caf::down_msg&) {
    caf::anon_send(listener_, link_lost{number_, "it was lost"});
  });
}

/// In a simulation, both have this actor, too.
void link_end::on_exit() {
  engine_ = nullptr;
  listener_ = nullptr;
}

caf::behavior link_end::make_behavior() {
  monitor(engine_);
  return {
    [this](outgoing& x) { to_engine(std::move(x.what)); },
    [this](step_assignment& x) { to_worker(std::move(x)); },
    [this](worker_welcome& x) {
      meet_host();
      to_worker(std::move(x));
    },
    [this](worker_dismissal& x) { to_worker(std::move(x)); },
    [this](lease_stop& x) { to_worker(std::move(x)); },
    [this](leave_atom x) { to_worker(x); },
    [this](beat_atom x) { to_worker(x); },
  };
}

void link_end::to_engine(caf::message x) {
  send(engine_, std::move(x));
}

void link_end::to_worker(host_message x) {
  caf::anon_send(listener_, link_message{number_, std::move(x)});
}

/// From now on it talks to the one who welcomes it.
void link_end::meet_host() {
  engine_ = caf::actor_cast<caf::actor>(current_sender());
  monitor(engine_);
}

} // namespace lightflow
