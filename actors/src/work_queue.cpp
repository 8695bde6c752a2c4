// SPDX-License-Identifier: MIT
#include "work_queue.hpp"

#include <algorithm>

namespace lightflow {

// -- workers ------------------------------------------------------------------

work_queue::worker_id work_queue::join(const worker_offer& offer,
                                       std::size_t slots) {
  auto& own = group_of(offer);
  auto id = ++last_worker_;
  own.workers.insert(id);
  workers_.emplace(id, member{&own, 0, {}});
  for (auto& label : offer.labels)
    missing_labels_.erase(label);
  set_slots(id, slots);
  for (auto& [need, x] : lanes_)
    if (offer.labels.contains(need.label))
      look_for_shortage(*x);
  return id;
}

void work_queue::set_slots(worker_id worker, std::size_t slots) {
  change(worker, [&](auto& self) { self.slots = slots; });
  serve(worker);
}

std::vector<work_queue::ticket> work_queue::leave(worker_id worker) {
  change(worker, [](auto& self) { self.slots = 0; });
  auto self = std::move(workers_.extract(worker).mapped());
  std::vector<ticket> lost;
  for (auto x : self.leases)
    if (auto who = leases_.extract(x).mapped().who) {
      lost.push_back(*who);
      entries_.erase(*who);
    }
  auto labels = self.member_of->offer.labels;
  self.member_of->workers.erase(worker);
  drop_if_empty(*self.member_of);
  for (auto& [need, x] : lanes_)
    if (labels.contains(need.label))
      look_for_shortage(*x);
  return lost;
}

std::optional<work_queue::ticket> work_queue::end(worker_id worker,
                                                  lease_number lease) {
  auto i = leases_.find(lease);
  if (i == leases_.end() || i->second.worker != worker)
    return std::nullopt;
  auto who = i->second.who;
  leases_.erase(i);
  if (who)
    entries_.erase(*who);
  change(worker, [&](auto& self) { self.leases.erase(lease); });
  serve(worker);
  return who;
}

/// Changes a worker, and its place among those that have free slots.
template <class Change>
void work_queue::change(worker_id id, Change f) {
  auto& self = workers_.at(id);
  auto& free = self.member_of->free;
  free.erase({self.free(), id});
  f(self);
  if (self.free() > 0)
    free.emplace(self.free(), id);
}

work_queue::group& work_queue::group_of(const worker_offer& offer) {
  auto& result = groups_[offer];
  if (result != nullptr)
    return *result;
  result = std::make_unique<group>();
  result->offer = offer;
  for (auto& [need, x] : lanes_)
    if (offer.meets(need)) {
      x->groups.push_back(result.get());
      if (!x->lines.empty())
        result->ready.emplace(x->lines.begin()->first, x.get());
    }
  return *result;
}

void work_queue::drop_if_empty(group& x) {
  if (!x.workers.empty())
    return;
  for (auto& [need, other] : lanes_)
    std::erase(other->groups, &x);
  auto offer = x.offer;
  groups_.erase(offer);
}

// -- attempts -----------------------------------------------------------------

work_queue::ticket work_queue::enter(const worker_need& need,
                                     std::string_view run) {
  auto& own = lane_of(need);
  auto who = ++last_ticket_;
  change(own, [&] {
    auto i = own.by_run.find(run);
    if (i == own.by_run.end()) {
      auto next = ++last_turn_;
      auto& fresh
        = own.lines.emplace(next, run_line{std::string{run}, next, {}})
            .first->second;
      i = own.by_run.emplace(fresh.run, &fresh).first;
    }
    i->second->tickets.insert(who);
    entries_.emplace(who, entry{&own, i->second});
  });
  serve(own);
  look_for_shortage(own);
  return who;
}

std::optional<work_queue::grant> work_queue::withdraw(ticket who) {
  auto i = entries_.find(who);
  if (i == entries_.end())
    return std::nullopt;
  auto self = i->second;
  entries_.erase(i);
  if (self.lease) {
    leases_.at(*self.lease).who.reset();
    return grant{who, self.worker, *self.lease};
  }
  change(*self.in, [&] { take_out(*self.in, *self.line, who); });
  return std::nullopt;
}

work_queue::lane& work_queue::lane_of(const worker_need& need) {
  auto& result = lanes_[need];
  if (result != nullptr)
    return *result;
  result = std::make_unique<lane>();
  result->need = need;
  for (auto& [offer, x] : groups_)
    if (offer.meets(need))
      result->groups.push_back(x.get());
  return *result;
}

/// Changes who waits in a lane, and its place among those that wait.
template <class Change>
void work_queue::change(lane& x, Change f) {
  if (!x.lines.empty())
    for (auto other : x.groups)
      other->ready.erase({x.lines.begin()->first, &x});
  f();
  if (!x.lines.empty())
    for (auto other : x.groups)
      other->ready.emplace(x.lines.begin()->first, &x);
}

void work_queue::take_out(lane& x, run_line& line, ticket who) {
  line.tickets.erase(who);
  if (!line.tickets.empty())
    return;
  x.by_run.erase(line.run);
  x.lines.erase(line.next);
}

// -- pairing ------------------------------------------------------------------

/// Gives a worker what waits for one like it.
void work_queue::serve(worker_id id) {
  auto& self = workers_.at(id);
  auto& ready = self.member_of->ready;
  while (self.free() > 0 && !ready.empty())
    pair(*ready.begin()->second, id);
}

/// Gives what waits in a lane to workers with free slots.
void work_queue::serve(lane& x) {
  for (auto other : x.groups)
    while (!x.lines.empty() && !other->free.empty())
      pair(x, other->free.rbegin()->second);
}

/// Gives the next attempt of a lane to a worker. Its run goes to the end.
void work_queue::pair(lane& x, worker_id id) {
  auto& line = x.lines.begin()->second;
  auto who = *line.tickets.begin();
  auto lease = ++last_lease_;
  change(x, [&] {
    auto node = x.lines.extract(x.lines.begin());
    node.key() = node.mapped().next = ++last_turn_;
    x.lines.insert(std::move(node));
    take_out(x, line, who);
  });
  change(id, [&](auto& self) { self.leases.insert(lease); });
  leases_.emplace(lease, holder{id, who});
  auto& self = entries_.at(who);
  self.line = nullptr;
  self.worker = id;
  self.lease = lease;
  grants_.push_back({who, id, lease});
}

// -- shortages ----------------------------------------------------------------

worker_shortage work_queue::shortage_of(const lane& x) const {
  if (!x.groups.empty())
    return worker_shortage::none;
  auto has_label
    = [&](auto& y) { return y.first.labels.contains(x.need.label); };
  return std::any_of(groups_.begin(), groups_.end(), has_label)
           ? worker_shortage::no_definition
           : worker_shortage::no_label;
}

void work_queue::look_for_shortage(lane& x) {
  auto why = shortage_of(x);
  auto is_news = why != x.told && why != worker_shortage::none;
  if (is_news && x.lines.empty())
    return; // until somebody waits
  x.told = why;
  if (is_news && why == worker_shortage::no_label)
    is_news = missing_labels_.insert(x.need.label).second;
  if (is_news)
    news_.push_back({x.need, why, *x.lines.begin()->second.tickets.begin()});
}

} // namespace lightflow
