// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// Flows as plain data: what the library is asked to run, and what the reference
// model thinks about. It knows nothing of the library.

namespace lightflow::tests {

/// The keys that functions of steps read and set.
inline const std::array<std::string, 4> shared_keys{"k0", "k1", "k2", "k3"};

struct comparison_spec {
  std::string key;
  char how; // one of = ! < >
  int than;
};

/// Alternatives, of each of which all must hold.
using condition_spec = std::vector<std::vector<comparison_spec>>;

struct step_spec {
  std::string name;
  std::vector<std::string> after = {};
  std::vector<std::string> reads = {};         // results of steps
  std::vector<std::string> sets = {};          // keys, when it succeeds
  std::vector<condition_spec> conditions = {}; // all of which must hold
  bool skips_dependents = false;
  std::vector<std::string> never_skipped = {};
  std::map<std::string, std::string> restrictions = {}; // steps by key
  std::optional<unsigned> retries = {};
  unsigned failures = 0;      // before it succeeds, over all attempts
  bool throws = false;        // when it fails
  unsigned hangs = 0;         // times out until the run was suspended so often
  bool hangs_process = false; // which times out then, and not the step
  int minutes = 0;            // that it takes
  std::string label = {};     // of workers; empty: the engine runs it
  bool attaches = false;      // uses the resource
};

struct process_spec {
  std::string name;
  std::vector<step_spec> steps = {};
  std::optional<unsigned> retries = {};
  std::size_t parallelism = 0; // 0: as many as there are
  bool merges = false;         // the steps of `flow_spec::base`
};

enum class callback_level : std::uint8_t { defaults, flow, process };
enum class callback_unit : std::uint8_t { flow, process, step };

/// A callback, which sets its key to 1 in its unit unless it fails.
struct callback_spec {
  std::string key;
  callback_level level;
  std::string process; // that it is defined on, if its level is that
  callback_unit unit;
  bool is_after;
  bool must;
  unsigned failures;    // for each unit; one that is not `must` always fails
  bool ends_scope;      // returns false
  std::string only_for; // a name; empty: all
  bool only_if_failed;
};

struct flow_spec {
  process_spec base; // what is merged
  std::vector<process_spec> processes;
  std::vector<callback_spec> callbacks; // in order of definition
  bool is_synced = true;                // each commit, against loss of power
  bool has_workers = false;
};

} // namespace lightflow::tests
