// SPDX-License-Identifier: MIT
#pragma once

#include "scratch_directory.hpp"
#include "workload.hpp"

#include "lightflow/lightflow.hpp"

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

namespace lightflow::benchmarks {

/// For engines and workers that would log what is meant to happen.
inline void log_nothing(log_level, std::string_view) {}

using first_function = std::function<void(step&)>;

/// Makes the flow "benchmark" of that shape. `first` is what its first step
/// does, if that is something of its own.
flow_definition& define(catalog& flows, const workload& what,
                        const first_function& first = {});

/// A workload as a flow of the library, recoverable if there is a journal.
class flows {
public:
  explicit flows(const workload& what, engine_options options = {});

  /// Starts all runs and waits for them.
  void run();

private:
  catalog catalog_;
  engine engine_;
  std::vector<inputs> inputs_; // of each run
};

/// The same with a journal on disk.
class durable_flows {
public:
  durable_flows(const workload& what, durability how);

  /// With a journal in that directory.
  durable_flows(const workload& what, durability how,
                const std::filesystem::path& directory);

  void run() {
    flows_.run();
  }

private:
  scratch_directory scratch_;
  flows flows_;
};

} // namespace lightflow::benchmarks
