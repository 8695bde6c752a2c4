// SPDX-License-Identifier: MIT
#include "unreliable_link.hpp"

#include <caf/atom.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace lightflow::testing {

namespace {

using at_engine_atom = caf::atom_constant<caf::atom("atengine")>;
using at_worker_atom = caf::atom_constant<caf::atom("atworker")>;
using close_link_atom = caf::atom_constant<caf::atom("closelink")>;

/// How long the engine does not learn that the worker closed a connection that
/// is cut.
constexpr duration longest_ignorance = std::chrono::minutes{1};

constexpr std::string_view heartbeat = "heartbeat";

struct naming {
  std::string_view operator()(const worker_welcome&) const {
    return "worker_welcome";
  }
  std::string_view operator()(const worker_dismissal&) const {
    return "worker_dismissal";
  }
  std::string_view operator()(const step_assignment&) const {
    return "step_assignment";
  }
  std::string_view operator()(const lease_stop&) const {
    return "lease_stop";
  }
  std::string_view operator()(leave_atom) const {
    return "leave";
  }
  std::string_view operator()(beat_atom) const {
    return heartbeat;
  }
};

std::string_view name_of(const caf::message& x) {
  if (x.match_elements<worker_hello>())
    return "worker_hello";
  if (x.match_elements<worker_slots>())
    return "worker_slots";
  if (x.match_elements<step_completion>())
    return "step_completion";
  return x.match_elements<beat_atom>() ? heartbeat : "leave";
}

} // namespace

unreliable_link_end::unreliable_link_end(caf::actor_config& cfg,
                                         caf::strong_actor_ptr engine,
                                         link_number number,
                                         worker_actor listener,
                                         link_judge judge)
    : link_end(cfg, std::move(engine), number, std::move(listener)),
      judge_(std::move(judge)) {}

caf::behavior unreliable_link_end::make_behavior() {
  return caf::message_handler{
    [this](at_engine_atom) { arrive(to_engine_); },
    [this](at_worker_atom) { arrive(to_worker_); },
    [this](close_link_atom) { close(); },
  }
    .or_else(link_end::make_behavior());
}

void unreliable_link_end::to_engine(caf::message x) {
  auto name = name_of(x);
  send_on(to_engine_, name, at_engine_atom::value,
          [this, x = std::move(x)] { link_end::to_engine(x); });
}

void unreliable_link_end::to_worker(host_message x) {
  auto name = std::visit(naming{}, x);
  send_on(to_worker_, name, at_worker_atom::value,
          [this, x = std::move(x)] { link_end::to_worker(x); });
}

template <class Arrival>
void unreliable_link_end::send_on(lane& to, std::string_view message,
                                  Arrival arrival,
                                  const std::function<void()>& deliver) {
  auto fate
    = is_cut_ || message == heartbeat ? message_fate{} : judge_(message);
  is_cut_ = is_cut_ || fate.is_lost;
  if (is_cut_)
    return;
  auto now = clock().now();
  to.last = std::max(now + fate.delay, to.last);
  for (auto i = fate.is_doubled ? 2 : 1; i > 0; --i) {
    to.waiting.push_back(deliver);
    delayed_send(this, to.last - now, arrival);
  }
}

/// The one that was sent first, whichever timer it was.
void unreliable_link_end::arrive(lane& to) {
  auto deliver = std::move(to.waiting.front());
  to.waiting.pop_front();
  deliver();
}

void unreliable_link_end::close() {
  if (is_cut_ && !std::exchange(is_closing_, true))
    delayed_send(this, longest_ignorance, close_link_atom::value);
  else
    quit();
}

unreliable_link::~unreliable_link() {
  caf::anon_send(end_, close_link_atom::value);
}

void unreliable_link::send(caf::message x) {
  caf::anon_send(end_, outgoing{std::move(x)});
}

} // namespace lightflow::testing
