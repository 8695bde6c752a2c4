// SPDX-License-Identifier: MIT
#pragma once

#include "random_flow.hpp"
#include "work_log.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace lightflow::tests {

/// What is told of the steps of a program is not what recovery promises.
class violation : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Holds what steps did against what recovery promises: what was reported does
/// not run again, nothing runs twice at once, or before what it runs after, and
/// all values are right. Runs are named like their flows, or FLOW.NUMBER.
class log_checker {
public:
  /// The flows must outlive it.
  explicit log_checker(const std::vector<random_flow>& flows);

  /// Takes a line of a log in. Throws violation.
  void line(const std::string& text);

  /// Steps that were running as the program was killed.
  std::size_t cut_off() const noexcept {
    return cut_off_;
  }

  std::size_t ended_steps() const noexcept {
    return ended_steps_;
  }

  std::size_t finished_runs() const noexcept {
    return finished_.size();
  }

  /// Runs that are wanted or have begun, and of which no success was reported.
  std::vector<std::string> open_runs() const;

private:
  struct checked_step {
    const random_step* what;
    std::set<std::string> ancestors; // whose values it must see
    bool is_running = false;
    bool has_ended = false;      // in whatever start
    bool ended_in_start = false; // and in this one
    bool is_reported = false;    // that it succeeded
  };
  using checked_run = std::map<std::string, checked_step>; // by id

  checked_run& run(const std::string& id);
  checked_step& find(const std::string& id);
  void start();
  void begin(const std::string& who, const seen_values& ancestors);
  void see(const std::string& id, std::uint64_t value);
  void end(const std::string& who, std::istream& in);
  void report(const std::string& id, std::istream& in);

  std::map<std::string, const random_flow*> flows_; // by name
  std::map<std::string, checked_run> runs_;
  std::set<std::string> finished_;
  std::size_t cut_off_ = 0;
  std::size_t ended_steps_ = 0;
};

/// What a log says up to now, of runs that are named like their flows.
struct log_summary {
  std::size_t cut_off = 0; // steps that were running as the program was killed
  std::size_t finished_runs = 0;
  std::string violation; // empty: none
};

log_summary check_log(const std::filesystem::path& path,
                      const std::vector<random_flow>& flows);

} // namespace lightflow::tests
