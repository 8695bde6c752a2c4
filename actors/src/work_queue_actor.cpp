// SPDX-License-Identifier: MIT
#include "work_queue_actor.hpp"

#include "make_id.hpp"

#include <caf/actor_cast.hpp>

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lightflow {

work_queue_impl::work_queue_impl(caf::actor_config& cfg, runtime& env,
                                 worker_care care)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env), care_(care),
      epoch_(make_id()) {
  // Nothing that a worker sends is a reason to end.
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_exit_handler([](caf::exit_msg&) {});
  env_.log_defects_of(*this, [] { return "the work queue"; });
  set_down_handler([this](const caf::down_msg& x) {
    lose(x.source, "the connection to it was lost, or it ended");
  });
}

/// Attempts are told if this actor dies of a defect; CAF refuses what they wish
/// for from then on.
void work_queue_impl::on_exit() {
  for (auto& [who, x] : attempts_)
    send(x.holder, lease_lost{"the work queue died"});
  attempts_.clear();
  workers_.clear();
}

work_queue_impl::behavior_type work_queue_impl::make_behavior() {
  return {
    [this](step_completion& x) { on_completion(x); },
    [this](const lease_wish& x) { on_wish(x); },
    [this](withdraw_atom) {
      if (is_told_from_within())
        on_withdraw();
    },
    [this](beat_atom) { heard(); },
    [this](const worker_hello& x) { on_hello(x); },
    [this](const worker_slots& x) { on_slots(x); },
    [this](leave_atom) { on_leave(); },
    [this](tick_atom) {
      if (is_told_from_within())
        on_tick();
    },
    [this](close_atom) {
      if (is_told_from_within())
        on_close();
    },
  };
}

/// Workers know this actor, and could send it what only the engine may say.
bool work_queue_impl::is_told_from_within() {
  auto& who = current_mailbox_element()->sender;
  return who != nullptr && who->node() == node();
}

// -- attempts -----------------------------------------------------------------

void work_queue_impl::on_wish(const lease_wish& x) {
  auto holder = caf::actor_cast<lease_holder>(current_sender());
  auto who = queue_.enter(x.need, x.process->run->id);
  tickets_.insert_or_assign(holder.address(), who);
  attempts_.emplace(who, attempt{std::move(holder), x.process, x.step});
  hand_out();
}

/// A lease goes on until the worker says that it is done with it, since until
/// then its slot is taken.
void work_queue_impl::on_withdraw() {
  auto i = tickets_.find(current_sender()->address());
  if (i == tickets_.end())
    return;
  auto who = i->second;
  forget(who);
  if (auto given = queue_.withdraw(who))
    send(workers_.at(addresses_.at(given->worker)).peer,
         lease_stop{{epoch_, given->lease}});
}

void work_queue_impl::forget(work_queue::ticket who) {
  auto known = attempts_.extract(who);
  tickets_.erase(known.mapped().holder.address());
}

void work_queue_impl::hand_out() {
  for (auto& x : queue_.take_grants())
    grant(x);
  for (auto& x : queue_.take_news())
    tell(x);
}

void work_queue_impl::grant(const work_queue::grant& x) {
  auto& worker = workers_.at(addresses_.at(x.worker));
  send(attempts_.at(x.who).holder,
       lease_granted{{epoch_, x.lease}, worker.name, worker.peer});
}

/// An event of the step that waits.
void work_queue_impl::tell(const work_queue::shortage_news& x) {
  auto& first = attempts_.at(x.first);
  auto& run = *first.process->run;
  if (run.events == nullptr)
    return;
  auto why
    = x.why == worker_shortage::no_label
        ? fmt::format(R"(no worker with label "{}" is connected)", x.need.label)
        : fmt::format(R"(no worker with label "{}" has flow "{}" as the )"
                      "engine has it, but only another definition of it",
                      x.need.label, run.flow_name);
  auto event = first.process->make_event(
    event_stage::distribute,
    problem::of(fail(why + ": the step waits for one until it times out")));
  event.layer = layer::step;
  event.step_name = first.step;
  event.step_id = first.process->step_id(first.step);
  event.details = {{"label", x.need.label}};
  run.events->emit(std::move(event));
}

// -- workers ------------------------------------------------------------------

/// A worker that comes again by the same connection says nothing new.
void work_queue_impl::on_hello(const worker_hello& x) {
  if (current_sender() == nullptr)
    return;
  auto peer = caf::actor_cast<worker_peer>(current_sender());
  if (workers_.contains(peer.address()))
    return;
  if (auto why = why_malformed(x); !why.empty()) {
    emit(x.name.substr(0, 128), "was refused: " + why);
    return send(peer, worker_dismissal{why});
  }
  worker_offer offer{{x.labels.begin(), x.labels.end()}, {}};
  for (auto& [flow, definition] : x.flows)
    offer.definitions.insert(definition);
  monitor(peer);
  send(peer, worker_welcome{epoch_, care_.beat_interval.count(),
                            care_.patience.count()});
  auto id = queue_.join(offer, x.slots);
  workers_.emplace(peer.address(), connection{id, x.name, peer, env_.now()});
  addresses_.emplace(id, peer.address());
  env_.log(
    log_level::info,
    fmt::format(R"(worker "{}" has joined, with {} slots)", x.name, x.slots));
  expect_silence();
  hand_out();
}

/// The connection of the sender, which is alive; null if it has none, or no
/// more, which it is told.
work_queue_impl::connection* work_queue_impl::heard() {
  if (current_sender() == nullptr)
    return nullptr;
  auto i = workers_.find(current_sender()->address());
  if (i == workers_.end()) {
    send(caf::actor_cast<worker_peer>(current_sender()),
         worker_dismissal{"it is not known here, or no more"});
    return nullptr;
  }
  i->second.heard = env_.now();
  return &i->second;
}

void work_queue_impl::on_slots(const worker_slots& x) {
  auto worker = heard();
  if (worker == nullptr)
    return;
  if (auto why = why_malformed(x); !why.empty())
    return dismiss(*worker, why);
  queue_.set_slots(worker->id, x.slots);
  hand_out();
}

void work_queue_impl::on_completion(step_completion& x) {
  auto worker = heard();
  if (worker == nullptr || x.lease.epoch != epoch_)
    return drop(x);
  if (auto why = why_malformed(x, care_.value_limit); !why.empty())
    return dismiss(*worker, why);
  auto who = queue_.end(worker->id, x.lease.number);
  if (who) {
    send(attempts_.at(*who).holder, std::move(x));
    forget(*who);
  } else {
    drop(x);
  }
  part_if_done(*worker);
  hand_out();
}

/// Nobody waits for it any more.
void work_queue_impl::drop(const step_completion& x) {
  ++dropped_;
  env_.log(log_level::debug,
           fmt::format("a completion was dropped that came too late, of lease "
                       "{}; {} in all",
                       x.lease.number, dropped_));
}

/// What was on its way to the worker when it said so comes back: it is not done
/// before.
void work_queue_impl::on_leave() {
  auto worker = heard();
  if (worker == nullptr)
    return;
  worker->leaves = true;
  queue_.set_slots(worker->id, 0);
  part_if_done(*worker);
}

void work_queue_impl::part_if_done(connection& x) {
  if (!x.leaves || !queue_.leases(x.id).empty())
    return;
  send(x.peer, leave_atom::value);
  env_.log(log_level::info, fmt::format(R"(worker "{}" has left)", x.name));
  end_connection(workers_.find(x.peer.address()), "");
}

/// Ends the connection to a worker whose messages make no sense.
void work_queue_impl::dismiss(connection& x, const std::string& why) {
  send(x.peer, worker_dismissal{why});
  lose(x.peer.address(), why);
}

void work_queue_impl::lose(const caf::actor_addr& who, const std::string& why) {
  auto i = workers_.find(who);
  if (i != workers_.end())
    end_connection(i, why);
}

/// What the worker had is lost, which is an event unless it had nothing and
/// `why` is empty.
void work_queue_impl::end_connection(connections::iterator i,
                                     const std::string& why) {
  auto worker = std::move(i->second);
  demonitor(i->first);
  workers_.erase(i);
  addresses_.erase(worker.id);
  auto lost = queue_.leave(worker.id);
  auto reason = fmt::format(R"(worker "{}" is gone: {})", worker.name, why);
  for (auto who : lost) {
    send(attempts_.at(who).holder, lease_lost{reason});
    forget(who);
  }
  if (!why.empty())
    emit(worker.name,
         fmt::format("was lost: {}; {} steps run again", why, lost.size()));
  hand_out();
}

void work_queue_impl::emit(std::string worker, std::string why) const {
  event x;
  x.stage = event_stage::distribute;
  x.cause = problem::of(fail(fmt::format(R"(worker "{}" {})", worker, why)));
  x.details = {{"worker", std::move(worker)}};
  env_.events->emit(std::move(x));
}

// -- time ---------------------------------------------------------------------

void work_queue_impl::expect_silence() {
  if (workers_.empty() || std::exchange(ticking_, true))
    return;
  delayed_send(this, care_.beat_interval, tick_atom::value);
}

void work_queue_impl::on_tick() {
  ticking_ = false;
  std::vector<caf::actor_addr> silent;
  for (auto& [address, worker] : workers_) {
    if (env_.now() - worker.heard > care_.patience)
      silent.push_back(address);
    send(worker.peer, beat_atom::value);
  }
  auto why = fmt::format("it was silent for {}", describe(care_.patience));
  for (auto& x : silent)
    if (auto i = workers_.find(x); i != workers_.end())
      dismiss(i->second, why);
  expect_silence();
}

void work_queue_impl::on_close() {
  for (auto& [address, worker] : workers_)
    send(worker.peer, worker_dismissal{"the engine ends"});
  workers_.clear();
  attempts_.clear();
  quit();
}

} // namespace lightflow
