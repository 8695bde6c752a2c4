// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/event.hpp"
#include "lightflow/core/function.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

namespace lightflow {

/// Is given an event and says whether the next handler gets it as well.
using event_handler = std::function<bool(const event&)>;

/// How an engine deals with its events. Handlers run on threads of the engine,
/// several at once, and never hold up a run; one that throws is logged.
class event_options {
public:
  /// Adds a handler to the chain of a stage. It may return whether to keep on
  /// with the chain; nothing returned means yes. Throws definition_error for an
  /// empty function.
  template <shared_function<const event&> F>
  event_options& handle(event_stage stage, F f) {
    chains_[static_cast<std::size_t>(stage)].push_back(make(std::move(f)));
    return *this;
  }

  /// Adds a handler to the chain that gets the events which a full queue
  /// turned away, one at a time.
  template <shared_function<const event&> F>
  event_options& on_discard(F f) {
    discard_.push_back(make(std::move(f)));
    return *this;
  }

  /// How many events can wait for a handler; and how many of those turned away
  /// can wait for the discard handlers. Throws definition_error for 0.
  event_options& capacity(std::size_t x);

  /// How many chains of handlers run at once. Throws definition_error for 0.
  event_options& handlers_at_once(std::size_t x);

  /// A chain that takes longer does not count as running any more, so that
  /// another can take its place. Throws definition_error unless positive.
  event_options& time_limit(duration x);

  /// Whether events of a stage are logged; they are if nothing is said.
  event_options& log(event_stage stage, bool on);

  const std::vector<event_handler>& chain(event_stage stage) const {
    return chains_[static_cast<std::size_t>(stage)];
  }

  const std::vector<event_handler>& discard_chain() const noexcept {
    return discard_;
  }

  std::size_t capacity() const noexcept {
    return capacity_;
  }

  std::size_t handlers_at_once() const noexcept {
    return handlers_at_once_;
  }

  duration time_limit() const noexcept {
    return time_limit_;
  }

  bool logs(event_stage stage) const {
    return !silenced_[static_cast<std::size_t>(stage)];
  }

private:
  template <class F>
  static event_handler make(F f) {
    require_callable(f, "event handler");
    if constexpr (std::is_void_v<std::invoke_result_t<const F&, const event&>>)
      return [f = std::move(f)](const event& x) {
        f(x);
        return true;
      };
    else
      return f;
  }

  std::array<std::vector<event_handler>, event_stages> chains_;
  std::vector<event_handler> discard_;
  std::array<bool, event_stages> silenced_{};
  std::size_t capacity_ = 64;
  std::size_t handlers_at_once_ = 16;
  duration time_limit_ = std::chrono::seconds{300};
};

/// What became of an engine's events until now.
struct event_counts {
  std::uint64_t handled = 0;
  /// Turned away by a full queue.
  std::uint64_t discarded = 0;
  /// Those of the discarded that not even the discard handlers got, since too
  /// many were waiting for these.
  std::uint64_t unseen = 0;
};

} // namespace lightflow
