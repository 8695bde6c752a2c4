// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/context.hpp"
#include "lightflow/core/durability.hpp"
#include "lightflow/core/process_state.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/run_event.hpp"
#include "lightflow/persistence/run_summary.hpp"

#include "run_channel.hpp"
#include "work_queue.hpp"
#include "worker_messages.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Which actors there are and what they tell each other. Read top down, this is
// how a run goes.

namespace lightflow {

struct replayed_run;
struct journal_position;
struct stored_definition;

// -- messages -----------------------------------------------------------------

/// What is to be done with what has a run go on, while as many are under way as
/// may be.
enum class start_patience : std::uint8_t {
  none,     // it is refused
  limited,  // it waits, unless too many others do that came by message, too
  any,      // it waits
  reserved, // it has a place already
};

/// Starts a run, or finds the one that has its id.
struct start_run {
  std::shared_ptr<run_channel> channel;
  std::shared_ptr<const writes> input;
  durability how;
  bool remember; // after its end, since its id was chosen by the caller
  start_patience patience = start_patience::any;
};

/// Takes places for so many runs that are started next, if all have room.
struct reserve_places {
  std::size_t count;
};

/// Has a run go on that failed, or under which its program ended.
struct recover_run {
  std::string id;
  start_patience patience;
};

/// Finds a run by its id. One that was interrupted and goes on by itself does
/// so now.
struct find_run {
  std::string id;
  start_patience patience;
};

/// A run was read from the journal, or why it was not.
struct run_loaded {
  std::string id;
  std::shared_ptr<replayed_run> run; // null: see `refusal`
  std::optional<error> refusal;
};

/// The channel of a run that is under way, or why there is none.
struct run_answer {
  std::shared_ptr<run_channel> channel; // null: see `refusal`
  std::optional<error> refusal = {};
};

/// A run is at its end and its supervisor about to leave.
struct run_ended {
  std::shared_ptr<run_channel> channel;
};

enum class control_action : std::uint8_t { pause, resume, stop };

/// Pauses, resumes or stops a run, or one process of it.
struct control {
  control_action action;
  std::optional<std::size_t> process;
};

/// Something for the journal of a run, which is written all or not at all.
struct append_records {
  std::shared_ptr<journal_position> place;
  std::vector<std::string> records = {};
  std::optional<run_summary> summary = {};
  std::shared_ptr<const stored_definition> definition = {};
  /// What `appended` is to say to the sender, who counts up; 0: nothing.
  std::uint64_t ticket = 0;
  /// Whether the run is not to be at all if this cannot be written now.
  bool begins_run = false;

  bool is_empty() const {
    return records.empty() && !summary && ticket == 0;
  }
};

/// What the receiver has appended up to a ticket is as durable as it should be.
struct appended {
  std::uint64_t ticket;
};

/// What the receiver has appended will not be written.
struct append_refused {
  std::string reason;
};

/// Removes a run that has ended from the journal.
struct erase_run {
  std::string id;
};

enum class forget_answer : std::uint8_t { done, is_under_way, lost };

/// A process is at its end, or was closed, and about to leave.
struct process_ended {
  std::size_t process;
  std::shared_ptr<const process_state> state; // null: it died of a defect
};

/// How an attempt of a step ended.
struct attempt_ended {
  step_index step;
  std::uint32_t attempt;
  status outcome;
  std::string error;
  time_point start;
  time_point end;
  std::optional<duration> retry_after; // set: another attempt is to follow
  /// The callback that must succeed and did not.
  std::optional<callback_breakpoint> breakpoint = {};
  bool concluded = false; // what runs after the step has run
  std::shared_ptr<const step_output> output;
  /// Who did it was lost with it; another attempt is to follow.
  bool lost = false;
};

/// A chain of event handlers has ended.
struct event_handled {
  std::uint64_t number;
};

/// An attempt of a step wants a slot of a worker, until it gets one and is done
/// or withdraws. The sender has one wish at a time.
struct lease_wish {
  worker_need need;
  std::shared_ptr<const process_run> process;
  std::string step;
};

/// A worker has a slot for the attempt, and waits for its assignment.
struct lease_granted {
  lightflow::lease lease;
  std::string worker; // its name
  worker_peer peer;
};

/// The worker is gone that had the attempt.
struct lease_lost {
  std::string reason;
};

/// The sender no longer wants a slot, or what comes of the one it has.
using withdraw_atom = caf::atom_constant<caf::atom("withdraw")>;

/// Looks how a unit goes at the moment.
using look_atom = caf::atom_constant<caf::atom("look")>;

/// Answers once a run has begun, or is refused.
using begin_atom = caf::atom_constant<caf::atom("begin")>;

/// All that waits is to be committed.
using commit_atom = caf::atom_constant<caf::atom("commit")>;

/// The engine is about to end: what cannot be written now is given up.
using hurry_atom = caf::atom_constant<caf::atom("hurry")>;

/// Comes round every `tick_interval`; timers that are further away than that
/// are not set yet, so that an ended run leaves no timer behind for long.
using tick_atom = caf::atom_constant<caf::atom("tick")>;

/// More runs of the journal are to be looked at for their age.
using sweep_atom = caf::atom_constant<caf::atom("sweep")>;

/// The time of a process's earliest timer has come.
using wake_atom = caf::atom_constant<caf::atom("wake")>;

/// The engine is being destroyed: ask running steps to stop, start no others,
/// and leave when they have returned.
using close_atom = caf::atom_constant<caf::atom("close")>;

// -- actors -------------------------------------------------------------------

/// One per engine: starts a supervisor for each run, and knows which run has
/// which supervisor.
using engine_actor = caf::typed_actor<
  // Starts a run; answers with the run of that id, be it new or not, once it
  // is as durable as it should be.
  caf::replies_to<start_run>::with<run_answer>,
  // Answers with a refusal, or with nothing.
  caf::replies_to<reserve_places>::with<run_answer>,
  // Has a run go on; answers once that is as durable as it should be.
  caf::replies_to<recover_run>::with<run_answer>,
  // Removes a run from the journal unless it is under way.
  caf::replies_to<erase_run>::with<forget_answer>,
  // From a job that read a run.
  caf::reacts_to<run_loaded>,
  // Finds a run, also in the journal; without a channel if there is none.
  caf::replies_to<find_run>::with<run_answer>,
  // Hands a control on to the run's supervisor; false if the run has ended.
  caf::replies_to<std::string, control>::with<bool>,
  // Hands a look on to the run's supervisor; null if the run has ended.
  caf::replies_to<look_atom,
                  std::string>::with<std::shared_ptr<const run_snapshot>>,
  // From a supervisor that leaves.
  caf::reacts_to<run_ended>,
  // From itself.
  caf::reacts_to<sweep_atom>, caf::reacts_to<tick_atom>,
  caf::reacts_to<close_atom>>;

/// One per run: starts the run's processes, passes controls on to them, and
/// reports when all have ended.
using supervisor_actor = caf::typed_actor<
  // Answers once the run has begun, or is refused.
  caf::replies_to<begin_atom>::with<run_answer>,
  // From the journal writer.
  caf::reacts_to<appended>, caf::reacts_to<append_refused>,
  // Answers when all processes concerned have confirmed.
  caf::replies_to<control>::with<bool>,
  // Answers with what the processes say of themselves.
  caf::replies_to<look_atom>::with<std::shared_ptr<const run_snapshot>>,
  // What runs before the processes or after them has run.
  caf::reacts_to<run_prepared>, caf::reacts_to<run_concluded>,
  // From a process that leaves.
  caf::reacts_to<process_ended>,
  // The time for what runs before or after the processes is over.
  caf::reacts_to<wake_atom>, caf::reacts_to<tick_atom>,
  caf::reacts_to<close_atom>>;

/// One per process of a run: starts a step actor for each step whose
/// dependencies have ended, keeps the timers, and owns the process's context.
/// A step actor does one attempt of a step and sends one message, which is why
/// it has no interface; one of a delegated step waits in between.
using process_actor = caf::typed_actor<
  // What runs before the first step, after a step that did not end by itself
  // or after the last step has run.
  caf::reacts_to<process_prepared>, caf::reacts_to<step_concluded>,
  caf::reacts_to<process_concluded>,
  // From a step actor that leaves.
  caf::reacts_to<attempt_ended>,
  // From the journal writer.
  caf::reacts_to<appended>, caf::reacts_to<append_refused>,
  // Answers when the control is in force.
  caf::replies_to<control>::with<bool>,
  // Answers with a copy of the state.
  caf::replies_to<look_atom>::with<std::shared_ptr<const process_state>>,
  caf::reacts_to<wake_atom>, caf::reacts_to<tick_atom>,
  caf::reacts_to<close_atom>>;

/// One per engine that has a journal: writes what all actors append, as much at
/// once as has come while it wrote what came before.
using journal_writer = caf::typed_actor<
  // Takes something to be written; tells the sender once it is.
  caf::reacts_to<append_records>,
  // Answers once the run is gone, or will not be.
  caf::replies_to<erase_run>::with<forget_answer>,
  // From itself: commit what has come, or try again to.
  caf::reacts_to<commit_atom>,
  // Gives up what cannot be written.
  caf::reacts_to<hurry_atom>,
  // Nobody appends any more.
  caf::reacts_to<close_atom>>;

/// One per engine: takes events from the queue and has their handlers run.
using event_dispatcher = caf::typed_actor<
  // Events wait in the queue.
  caf::reacts_to<wake_atom>,
  // From a job that leaves.
  caf::reacts_to<event_handled>,
  // The oldest chain of handlers may be overdue.
  caf::reacts_to<tick_atom>,
  // No more events will come: leave when all are handled.
  caf::reacts_to<close_atom>>;

/// An attempt of a step that is to run on a worker.
using lease_holder = caf::typed_actor<
  // From the work queue: at most one lease, and how that ended.
  caf::reacts_to<lease_granted>, caf::reacts_to<lease_lost>,
  // Of its lease, if it was granted one.
  caf::reacts_to<step_completion>>;

/// One per engine: knows the workers that are connected, and gives their slots
/// to the attempts that wait for one.
using work_queue_actor = worker_host::extend<
  // From attempts. A wish is a request, so that it is refused once this is
  // gone.
  caf::reacts_to<lease_wish>, caf::reacts_to<withdraw_atom>,
  // Some worker may have been silent for too long.
  caf::reacts_to<tick_atom>,
  // Dismiss all workers and leave.
  caf::reacts_to<close_atom>>;

} // namespace lightflow

// These stay within a program, so that they need no serialisation.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::start_run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::reserve_places)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::recover_run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::find_run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::run_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::run_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::append_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::appended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::append_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::erase_run)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::forget_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::run_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::control)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::process_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::attempt_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::event_handled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::lease_wish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::lease_granted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::lease_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::process_prepared)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::process_concluded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::step_concluded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::run_prepared)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::run_concluded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const lightflow::run_snapshot>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const lightflow::process_state>)
