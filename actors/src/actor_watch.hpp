// SPDX-License-Identifier: MIT
#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/fwd.hpp>

#include <list>
#include <memory>

namespace lightflow {

/// An actor that was waited for has ended.
struct watched_actor_ended {
  caf::error reason;
};

/// Tells actors of the engine when an actor of the user ends that they wait
/// for. However many wait for one, it has one monitor, from the first wait
/// until it or the engine ends. (Those of CAF are in a list that is searched
/// for each one that is taken back, so that a thousand at once would cost
/// much.)
class actor_watch {
  struct shared_state;
  class monitor;

public:
  actor_watch();

  /// Takes back all monitors. Nothing may wait any more.
  ~actor_watch();

  actor_watch(const actor_watch&) = delete;
  actor_watch& operator=(const actor_watch&) = delete;

  /// As long as one lives, an actor waits for another one.
  class entry {
  public:
    /// Sends `waiting` a watched_actor_ended when `watched` ends, at once if it
    /// has. `waiting` must outlive this.
    entry(actor_watch& owner, const caf::strong_actor_ptr& watched,
          caf::abstract_actor& waiting);
    ~entry();
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

  private:
    friend class actor_watch;
    friend class monitor;

    std::shared_ptr<shared_state> state_;
    caf::abstract_actor& waiting_;
    std::list<entry*>* list_ = nullptr; // null: no longer in one
    std::list<entry*>::iterator place_;
  };

private:
  std::shared_ptr<shared_state> state_;
};

} // namespace lightflow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::watched_actor_ended)
