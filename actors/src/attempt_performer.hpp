// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/performer.hpp"

#include "actors.hpp"
#include "attempt.hpp"
#include "runtime.hpp"

#include <caf/local_actor.hpp>

namespace lightflow {

/// A performer that this layer knows how to ask, which all are.
class attempt_performer : public performer {
public:
  /// Starts the delegated_step_actor that asks it. Called by the process.
  virtual void spawn(caf::local_actor& parent, runtime& env,
                     process_actor process, attempt what) const = 0;
};

} // namespace lightflow
