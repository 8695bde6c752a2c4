// SPDX-License-Identifier: MIT
#pragma once

#include "fixture.hpp"

#include "lightflow/persistence/replay.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace lightflow::tests {

/// All that a journal has of a run.
inline std::string bytes_of(const lightflow::journal& x, std::string_view run) {
  std::string result;
  x.read(run, [&](std::uint64_t, std::string_view bytes) {
    result += bytes;
    return true;
  });
  return result;
}

/// A recoverable flow whose functions write down what they do, over engines and
/// recoveries, and fail as often as they are told to.
struct recovery_fixture : deterministic_fixture {
  using lines = std::vector<std::string>;

  /// A step, callback or hook that writes down a line, and fails while it is
  /// told to.
  auto noting(std::string line) {
    return [this, line = std::move(line)](auto&) -> result<> {
      happened.push_back(line);
      return may_fail(line);
    };
  }

  /// A step that also sets and returns something.
  auto working(std::string line) {
    return [this, line = std::move(line)](step& self) -> result<int> {
      happened.push_back(line);
      self.set("by " + line, 1 + self.get<int>("by " + line).value_or(0));
      if (auto done = may_fail(line); !done)
        return done.reason();
      return static_cast<int>(line.size());
    };
  }

  result<> may_fail(const std::string& line) {
    if (fails[line] > 0 && fails[line]-- > 0)
      return fail("told to");
    return {};
  }

  /// Runs the flow under the id "r1" for as long as no time has to pass.
  run_handle start_flow(inputs input = {}) {
    auto result = engine().start_as("r1", "flow", std::move(input));
    run_all();
    return result;
  }

  run_report run_flow(inputs input = {}) {
    return start_flow(std::move(input)).wait();
  }

  /// As if the program had ended and was started again.
  void restart() {
    destroy_engine();
    engine();
    run_all();
  }

  run_report recover(const std::string& id = "r1") {
    happened.clear();
    auto handle = engine().recover(id);
    run_all();
    return handle.wait();
  }

  run_handle found(const std::string& id = "r1") {
    auto result = engine().find(id);
    BOOST_REQUIRE(result.has_value());
    return *result;
  }

  /// What the journal has of a run, as a report.
  run_report stored(const std::string& id = "r1") {
    replay_source source{journal, record_codec{}, catalog,
                         std::make_shared<definition_cache>()};
    return run_report{std::make_shared<const run_snapshot>(
      replay(source, id).history.snapshot(id))};
  }

  lines happened;
  std::map<std::string, int> fails; // how often still
  flow_definition& flow = catalog.flow("flow").recoverable();
  process_definition& process = flow.process("process");
};

/// What is the same about the end of a run with or without crashes on its way:
/// neither times nor numbers of attempts, and not that it is recovering.
class end_state {
public:
  /// Shows the values of these keys, which are numbers.
  explicit end_state(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  std::string of(const run_report& x) const {
    std::string result;
    add(result, "run", x);
    for (auto& process : x.processes()) {
      add(result, process.name(), process);
      for (auto& step : process.steps()) {
        add(result, "  " + step.name(), step);
        if (auto returned = step.result<int>())
          result += "    returned " + std::to_string(*returned) + "\n";
      }
    }
    return result;
  }

private:
  template <class Report>
  void add(std::string& out, const std::string& name, const Report& x) const {
    auto state = x.state();
    out += name + ": " + to_string(state.remove(status::recovering)) + "\n";
    if (auto error = x.error(); !error.empty())
      out += "    " + neutral(error) + "\n";
    for (auto& key : keys_)
      if (auto found = x.template get<int>(key))
        out += "    " + key + " = " + std::to_string(*found) + "\n";
  }

  static std::string neutral(std::string error) {
    static const std::regex attempt{"attempt \\d+"};
    return std::regex_replace(error.substr(0, error.find("; before that")),
                              attempt, "attempt N");
  }

  std::vector<std::string> keys_;
};

} // namespace lightflow::tests

/// Checks the lines of a recovery_fixture.
#define CHECK_HAPPENED(...)                                                    \
  BOOST_TEST(happened == (lines{__VA_ARGS__}), boost::test_tools::per_element())
