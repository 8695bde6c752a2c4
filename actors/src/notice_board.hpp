// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/event.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/core/run_info.hpp"

#include "step_set.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/message.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <utility>

namespace lightflow {

/// What subscribers get if they want to hear of a run or of its flow.
struct notice {
  std::string run;
  std::string flow;
  caf::message what;
};

/// Where actors put what subscribers may want to hear of. Safe to use from any
/// thread. Ask first whether anybody listens: usually nobody does.
class notice_board {
public:
  bool is_watched() const noexcept {
    return watched_.load(std::memory_order_acquire);
  }

  void watch(bool on) noexcept {
    watched_.store(on, std::memory_order_release);
  }

  /// Says who hands on what is put here. Called before anything is.
  void connect(std::function<void(notice)> to) {
    to_ = std::move(to);
  }

  void step_completed(const process_run& self, const process_state& state,
                      step_index step) const;

  /// Tells of the process, and first of those of its steps that ended without
  /// being told of.
  void process_completed(const process_run& self, const process_state& state,
                         const step_set& told) const;

  void run_completed(const run_report& x) const;

  void event_occurred(const event& x) const;

private:
  std::atomic<bool> watched_{false};
  std::function<void(notice)> to_;
};

} // namespace lightflow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lightflow::notice)
