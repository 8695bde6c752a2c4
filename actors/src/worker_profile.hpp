// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/worker.hpp"
#include "lightflow/core/time.hpp"

#include "assignment.hpp"
#include "worker_messages.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace lightflow {

/// How a worker is, and which flows it has.
struct worker_profile {
  std::string name;
  std::set<std::string> labels;
  std::size_t slots;
  std::map<std::string, std::string> flows; // fingerprints, by name
  duration answer_time; // that an engine has to connect, and to say welcome
  duration drain_time;
  retry_policy reconnect; // the waits between connections
};

/// Of a worker with these options, all of which are set. Seals its flows.
worker_profile profile_of(const worker_options& x, workshop& place);

/// What it says first to an engine, with so many slots that are free.
worker_hello hello_of(const worker_profile& x, std::size_t slots);

} // namespace lightflow
