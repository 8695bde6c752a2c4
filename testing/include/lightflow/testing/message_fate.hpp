// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/time.hpp"

#include <functional>
#include <string_view>

namespace lightflow::testing {

/// What becomes of a message between an engine and a worker.
struct message_fate {
  /// How long it takes. Those of a connection arrive in the order in which they
  /// were sent, so that the next ones may have to wait for it.
  duration delay{};

  /// Whether it arrives twice.
  bool is_doubled = false;

  /// Whether it is lost, and with it all that follows on the same connection,
  /// in both directions, as by a cable that is cut. Each side notices when the
  /// other one has been silent for longer than it is patient.
  bool is_lost = false;
};

/// Says what becomes of a message to or from a worker, by the names of both,
/// such as "w1" and "step_assignment".
using message_judge = std::function<message_fate(std::string_view worker,
                                                 std::string_view message)>;

} // namespace lightflow::testing
