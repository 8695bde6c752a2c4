// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/event_options.hpp"

#include "actors.hpp"
#include "event_queue.hpp"
#include "pooled.hpp"
#include "runtime.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <map>
#include <optional>

namespace lightflow {

/// Takes events from the queue and has their handlers run, so many at once.
class event_dispatcher_impl : public pooled<event_dispatcher::base> {
public:
  event_dispatcher_impl(caf::actor_config& cfg, runtime& env,
                        event_queue& queue, const event_options& options);

  const char* name() const override {
    return "lightflow.event_dispatcher";
  }

protected:
  behavior_type make_behavior() override;

private:
  void advance();
  bool has_place() const;
  void handle(event_queue::event_ptr x);
  void handle_discarded();
  template <class Work>
  void start(Work work);
  void on_handled(const event_handled& x);
  void on_tick();
  void expect_overdue();

  runtime& env_;
  event_queue& queue_;
  const event_options& options_;
  std::map<std::uint64_t, time_point> in_time_; // chains under way, by number
  std::uint64_t next_number_ = 0;
  std::size_t under_way_ = 0;               // chains, overdue ones included
  std::optional<std::uint64_t> discarding_; // the chain that gets discarded
  bool expecting_ = false;                  // a tick is on its way
  bool closing_ = false;
};

} // namespace lightflow
