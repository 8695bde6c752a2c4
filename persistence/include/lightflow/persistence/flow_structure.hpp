// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/dependency_graph.hpp"
#include "lightflow/core/fwd.hpp"
#include "lightflow/core/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What a journal keeps of a definition: enough to draw a run and to tell
// whether a plan of today can go on with it, and nothing of what only the
// program has, such as functions and callbacks.

namespace lightflow {

/// A retry_policy without its predicate.
struct retry_structure {
  std::uint32_t retries = 0;
  duration initial = duration::zero();
  double factor = 2.0;
  duration cap = duration::zero();
  double jitter = 0.0;

  friend bool operator==(const retry_structure&, const retry_structure&)
    = default;
};

struct step_structure {
  std::string name;
  std::vector<step_index> dependencies = {};
  duration timeout{}; // negative: none
  retry_structure retry = {};
  bool conditional = false;                   // has conditions
  bool skips_dependents = false;              // when they do not hold
  std::vector<step_index> never_skipped = {}; // of these dependents

  friend bool operator==(const step_structure&, const step_structure&)
    = default;
};

struct process_structure {
  std::string name;
  duration timeout{};            // negative: none
  std::uint64_t parallelism = 0; // 0: no bound
  std::vector<step_structure> steps = {};

  friend bool operator==(const process_structure&, const process_structure&)
    = default;
};

/// The structure of a flow. Processes and steps are in order of definition: the
/// numbers in the records of a run are positions in these vectors.
struct flow_structure {
  std::string name;
  std::vector<process_structure> processes = {};

  friend bool operator==(const flow_structure&, const flow_structure&)
    = default;
};

/// The structure of a plan. Dependencies are in ascending order, so that it
/// makes no difference in which order they were named.
flow_structure structure_of(const flow_plan& plan);

/// The structure as bytes, in the format of docs/journal_format.md. Equal
/// structures have equal bytes.
std::string encode(const flow_structure& x);

/// The structure of these bytes; its names are unique, its numbers are of steps
/// that it has, and its dependencies close no cycle. Throws lightflow::error
/// with error_code::bad_encoding for bytes that are no such structure.
flow_structure decode_structure(std::string_view bytes);

/// The name under which a journal keeps these bytes: their SHA-256, as 64
/// hexadecimal digits. Throws lightflow::error with error_code::internal if
/// this computer's OpenSSL has no SHA-256.
std::string fingerprint(std::string_view bytes);

} // namespace lightflow
