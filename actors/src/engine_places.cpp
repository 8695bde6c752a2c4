// SPDX-License-Identifier: MIT
// The part of the engine actor that bounds how many runs are under way.
#include "engine_actor.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

error did_not_begin(const std::string& id) {
  return {error_code::engine_closed,
          fmt::format(R"(run "{}" waited for others to end: its engine was )"
                      "destroyed before",
                      id)};
}

} // namespace

/// A run has its place from when it is told to begin, or to be read so as to go
/// on, until its end is in the journal.
std::size_t engine_actor_impl::free_places() const {
  if (bound_.runs == 0)
    return std::numeric_limits<std::size_t>::max();
  auto taken = live_ + resuming_ + reserved_;
  return taken < bound_.runs ? bound_.runs - taken : 0;
}

error engine_actor_impl::too_many_runs(start_patience how) const {
  auto waiting = how == start_patience::limited
                   ? fmt::format(", and as many requests wait as engine_options"
                                 "::max_waiting allows ({})",
                                 bound_.waiting)
                   : std::string{};
  return {error_code::too_many_runs,
          fmt::format("as many runs are under way as engine_options::max_runs "
                      "allows ({}){}: try again when some have ended, or raise "
                      "it",
                      bound_.runs, waiting)};
}

caf::result<run_answer> engine_actor_impl::on_reserve(const reserve_places& x) {
  if (!closing_ && x.count > free_places())
    return run_answer{nullptr, too_many_runs(start_patience::none)};
  reserved_ += x.count;
  return run_answer{};
}

/// Waits for a place, or is refused.
void engine_actor_impl::put_off(const std::string& id,
                                std::optional<start_run> start,
                                start_patience how, askers to) {
  auto is_limited = how == start_patience::limited;
  if (how == start_patience::none
      || (is_limited && waiting_.messages() >= bound_.waiting))
    return answer(to, {nullptr, too_many_runs(how)});
  auto& wait = waiting_.at(id);
  if (start && !wait.start)
    wait.start = std::move(start);
  for (auto& who : to)
    waiting_.add(wait, who, is_limited);
}

/// Gives places that are free to those that wait: first to runs that were
/// interrupted, since these began before.
void engine_actor_impl::use_places() {
  recover_interrupted();
  while (!closing_ && !waiting_.empty() && free_places() > 0) {
    auto next = waiting_.take_first();
    if (next.start)
      start(*next.start, next.askers);
    else
      load_run(next.id, true, start_patience::any, next.askers);
  }
}

void engine_actor_impl::refuse_waiting() {
  while (!waiting_.empty()) {
    auto next = waiting_.take_first();
    answer(next.askers, {nullptr, did_not_begin(next.id)});
  }
}

} // namespace lightflow
