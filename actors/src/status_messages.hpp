// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/caf/messages.hpp"
#include "lightflow/core/event.hpp"
#include "lightflow/core/report.hpp"
#include "lightflow/persistence/encryption.hpp"

// What is told of runs in messages, made of what the library has of them.

namespace lightflow {

/// Which values are told of.
struct shown_values {
  const messages::view& view;
  const encryption* secrets; // which are never shown; null: there are none
};

messages::step_status make_status(const step_report& x, shown_values what);

messages::process_status make_status(const process_report& x,
                                     shown_values what);

messages::run_status make_status(const run_report& x, shown_values what);

messages::event_occurred make_notice(const event& x);

} // namespace lightflow
