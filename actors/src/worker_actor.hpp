// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/stop_signal.hpp"
#include "lightflow/core/time.hpp"

#include "actors.hpp"
#include "pooled.hpp"
#include "runtime.hpp"
#include "worker_messages.hpp"
#include "worker_profile.hpp"

#include <caf/message.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace lightflow {

/// A connection of a worker to an engine, counted from the worker's start. One
/// that was lost is never used again.
using link_number = std::uint64_t;

/// What comes from the engine.
using host_message
  = std::variant<worker_welcome, worker_dismissal, step_assignment, lease_stop,
                 leave_atom, beat_atom>;

/// A connection is there.
struct link_opened {
  link_number link;
};

/// It is gone, or could not be made.
struct link_lost {
  link_number link;
  std::string reason;
};

/// Something came by it.
struct link_message {
  link_number link;
  host_message what;
};

/// The function of an assignment has returned.
struct assignment_done {
  link_number link;
  step_completion how;
};

/// Take nothing new, finish what is under way, and leave.
using drain_atom = caf::atom_constant<caf::atom("drain")>;

/// One per worker program: keeps a connection to the engine, and has the
/// functions of assignments run.
using worker_actor = caf::typed_actor<
  // From a link.
  caf::reacts_to<link_opened>, caf::reacts_to<link_lost>,
  caf::reacts_to<link_message>,
  // From a job.
  caf::reacts_to<assignment_done>,
  // The time is over that a link had to come to something, or a worker to wait
  // before it makes another one.
  caf::reacts_to<wake_atom, std::uint64_t>,
  // Tell the engine that it is there, and see whether the engine is.
  caf::reacts_to<tick_atom, link_number>, caf::reacts_to<drain_atom>,
  // The time to drain is over.
  caf::reacts_to<hurry_atom>>;

/// One connection to an engine; destroying it ends it, without waiting for
/// that. Used by one thread at a time.
class worker_link {
public:
  virtual ~worker_link() = default;

  /// Sends one of the messages of a `worker_host`. Only once it has opened.
  virtual void send(caf::message x) = 0;
};

/// Begins to make a connection, which tells the actor what comes of it.
using link_maker
  = std::function<std::unique_ptr<worker_link>(link_number, worker_actor)>;

class worker_actor_impl : public pooled<worker_actor::base> {
public:
  /// `place` outlives the functions that run there.
  worker_actor_impl(caf::actor_config& cfg, runtime& env, workshop& place,
                    worker_profile profile, link_maker make_link);

  const char* name() const override {
    return "lightflow.worker";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  enum class phase { waiting, opening, greeting, serving, leaving, gone };

  struct key {
    link_number link;
    std::uint64_t number; // of the lease

    friend auto operator<=>(const key&, const key&) = default;
  };

  void open();
  void on_opened(const link_opened& x);
  void on_message(link_message& x);
  void on(const worker_welcome& x);
  void on(const worker_dismissal& x);
  void on(step_assignment& x);
  void on(const lease_stop& x);
  void on(leave_atom);
  void on(beat_atom) {}
  void on_done(assignment_done& x);
  void on_wake(std::uint64_t number);
  void on_tick(link_number link);
  void on_drain();
  void on_hurry();

  void lose(const std::string& why);
  void leave_if_done();
  void say_goodbye();
  void finish();
  void wake_in(duration x);
  void stop_functions();
  void ask_to_stop(const std::shared_ptr<stop_signal>& x);
  std::size_t free_slots() const;
  bool has_current() const;
  void tell(log_level level, std::string text);

  template <class Message>
  void to_engine(Message x) {
    link_->send(caf::make_message(std::move(x)));
  }

  runtime& env_;
  workshop& place_;
  worker_profile profile_;
  link_maker make_link_;
  std::unique_ptr<worker_link> link_;
  link_number number_ = 0;
  phase phase_ = phase::waiting;
  std::map<key, std::shared_ptr<stop_signal>>
    running_; // also those of lost links
  duration beat_interval_{};
  duration patience_{};
  time_point heard_;
  std::uint32_t failures_ = 0; // to connect, in a row
  std::uint64_t wake_ = 0;     // the one that counts
  bool draining_ = false;
  std::string told_; // the last that was logged
};

} // namespace lightflow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::link_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::link_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::link_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::assignment_done)
