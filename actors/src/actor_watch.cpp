// SPDX-License-Identifier: MIT
#include "actor_watch.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/attachable.hpp>
#include <caf/send.hpp>

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lightflow {

/// The monitors may outlive the watch.
struct actor_watch::shared_state {
  struct watched {
    caf::actor_addr who; // keeps the place in memory, so that the key is unique
    std::list<entry*> waiting;
  };

  std::mutex mutex;
  std::unordered_map<const caf::actor_control_block*, watched> all;
};

/// What is attached to an actor of the user.
class actor_watch::monitor : public caf::attachable {
public:
  /// Finds the monitors of one watch.
  struct token_of_watch {
    static constexpr std::size_t token_type = 0x6C66; // CAF has the small ones
    const shared_state* state;
  };

  monitor(std::shared_ptr<shared_state> state,
          const caf::actor_control_block* who)
      : state_(std::move(state)), who_(who) {}

  void actor_exited(const caf::error& reason, caf::execution_unit*) override {
    std::lock_guard guard{state_->mutex};
    auto i = state_->all.find(who_);
    if (i == state_->all.end())
      return;
    for (auto x : i->second.waiting) {
      x->list_ = nullptr;
      caf::anon_send(caf::actor_cast<caf::actor>(&x->waiting_),
                     watched_actor_ended{reason});
    }
    state_->all.erase(i);
  }

  bool matches(const token& x) override {
    return x.subtype == token_of_watch::token_type
           && static_cast<const token_of_watch*>(x.ptr)->state == state_.get();
  }

private:
  std::shared_ptr<shared_state> state_;
  const caf::actor_control_block* who_;
};

actor_watch::actor_watch() : state_(std::make_shared<shared_state>()) {}

actor_watch::~actor_watch() {
  std::vector<caf::strong_actor_ptr> monitored;
  {
    std::lock_guard guard{state_->mutex};
    for (auto& [key, x] : state_->all)
      if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(x.who))
        monitored.push_back(std::move(alive));
    state_->all.clear();
  }
  for (auto& x : monitored)
    x->get()->detach(monitor::token_of_watch{state_.get()});
}

/// The monitor is attached without the mutex, since one of an actor that has
/// ended takes that at once.
actor_watch::entry::entry(actor_watch& owner,
                          const caf::strong_actor_ptr& watched,
                          caf::abstract_actor& waiting)
    : state_(owner.state_), waiting_(waiting) {
  bool is_first = false;
  {
    std::lock_guard guard{state_->mutex};
    auto [i, is_new] = state_->all.try_emplace(watched.get());
    if (is_new)
      i->second.who = caf::actor_cast<caf::actor_addr>(watched);
    is_first = is_new;
    list_ = &i->second.waiting;
    place_ = list_->insert(list_->end(), this);
  }
  if (is_first)
    watched->get()->attach(std::make_unique<monitor>(state_, watched.get()));
}

actor_watch::entry::~entry() {
  std::lock_guard guard{state_->mutex};
  if (list_ != nullptr)
    list_->erase(place_);
}

} // namespace lightflow
