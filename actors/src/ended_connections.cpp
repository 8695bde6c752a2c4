// SPDX-License-Identifier: MIT
#include "ended_connections.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

constexpr std::chrono::seconds interval{1};

event make_event(const std::string& peer, std::string_view why,
                 std::size_t held_back) {
  auto who = peer.empty() ? "a peer that is gone" : peer;
  auto text = fmt::format("the connection from {} was ended: {}", who, why);
  if (held_back > 0)
    text += fmt::format("; so were {} others since the last such event",
                        held_back);
  event result;
  result.stage = event_stage::distribute;
  result.cause = problem::of(fail(std::move(text)));
  if (!peer.empty())
    result.details = {{"peer", peer}};
  return result;
}

} // namespace

void ended_connections::add(event_sink& engine) {
  std::lock_guard guard{mutex_};
  engines_.try_emplace(&engine);
}

void ended_connections::remove(event_sink& engine) {
  std::lock_guard guard{mutex_};
  engines_.erase(&engine);
}

void ended_connections::tell(const std::string& peer, std::string_view why,
                             time now) {
  std::lock_guard guard{mutex_};
  for (auto& [engine, state] : engines_) {
    if (state.last && now - *state.last < interval) {
      ++state.held_back;
      continue;
    }
    engine->emit(make_event(peer, why, std::exchange(state.held_back, 0)));
    state.last = now;
  }
}

} // namespace lightflow
