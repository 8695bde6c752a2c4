// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

// What the steps of the program tell of themselves in a file that outlives it,
// one line each:
//
//     start
//     want RUN                        before a run is started by its id
//     begin STEP ANCESTOR=VALUE…      before it does anything
//     fail STEP
//     end STEP VALUE                  before it returns
//     report RUN STATUS STEP=VALUE…   what the engine says of a run's steps
//
// Steps are named by their ids: RUN/PROCESS/NAME.

namespace lightflow::tests {

using seen_values = std::vector<std::pair<std::string, std::uint64_t>>;

/// Appends to the file. Safe to use from any thread. What a killed program had
/// appended is there.
class work_log {
public:
  /// Throws std::runtime_error.
  explicit work_log(const std::filesystem::path& path);

  ~work_log();

  work_log(const work_log&) = delete;
  work_log& operator=(const work_log&) = delete;

  void want(const std::string& run);
  void begin(const std::string& step, const seen_values& ancestors);
  void end(const std::string& step, std::uint64_t value);
  void report(const std::string& run, bool success, const seen_values& steps);

  /// Whether a step is to fail, which it does so often over all starts.
  bool fails(const std::string& step, unsigned how_often);

private:
  void append(std::string line) const;

  int file_;
  std::mutex mutex_; // guards what follows
  std::map<std::string, unsigned> failures_;
};

/// Removes what was being appended as the program was killed.
void cut_torn_line(const std::filesystem::path& path);

} // namespace lightflow::tests
