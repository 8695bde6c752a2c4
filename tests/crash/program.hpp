// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/lightflow.hpp"

#include "random_flow.hpp"
#include "work_log.hpp"

#include <cstdint>
#include <filesystem>

namespace lightflow::tests {

/// How a program runs that is killed and started again.
struct program_options {
  std::filesystem::path directory; // has its journal and its log
  std::uint64_t seed = 0;          // of its flows
  lightflow::durability durability = durability::sync;
  bool waits = false; // interrupted runs go on only when they are asked for

  std::filesystem::path log() const {
    return directory / "log";
  }
};

/// Adds a recoverable flow whose steps tell the log what they do. Both must
/// outlive the catalog.
void define(catalog& flows, const random_flow& flow, work_log& log);

/// Waits for the end of a run, tells the log, and has it recovered until it
/// succeeds.
void bring_to_success(run_handle run, work_log& log);

/// Starts a run of each flow, or has the one go on that there is, until all
/// have succeeded. Gives the exit code of the program.
int run_program(const program_options& options);

} // namespace lightflow::tests
