// SPDX-License-Identifier: MIT
// A table of executions, kept by the user.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <map>
#include <mutex>
#include <string>

namespace lf = lightflow;

/// Stands for a table in a database.
class table {
public:
  void insert(const lf::unit& unit) {
    std::lock_guard guard{mutex_};
    rows_[unit.id()] = "running";
  }

  lf::result<> update(const lf::unit& unit) {
    std::lock_guard guard{mutex_};
    auto row = rows_.find(unit.id());
    if (row == rows_.end())
      return lf::fail("no such row"); // an event, nothing else
    row->second = to_string(unit.state());
    return {};
  }

  void print() const {
    for (auto& [id, state] : rows_)
      fmt::print("{:20} {}\n", id, state);
  }

private:
  std::mutex mutex_; // steps insert and update from several threads
  std::map<std::string, std::string> rows_;
};

int main() {
  table executions;
  auto insert = [&](const lf::unit& unit) { executions.insert(unit); };
  auto update = [&](const lf::unit& unit) { return executions.update(unit); };

  lf::catalog catalog;
  catalog.flow_records().on_insert(insert).on_update(update);
  catalog.process_records().on_insert(insert).on_update(update);
  catalog.step_records().on_insert(insert).on_update(update);

  auto& process = catalog.flow_with_process("nightly");
  process.step("load", [](lf::step&) {});
  process.step(
    "check", [](lf::step&) { return lf::fail("3 rows missing"); }, "load");
  process.step(
    "publish", [](lf::step&) {}, "check"); // never starts: no row

  lf::engine engine{catalog};
  engine.start_as("2026-11-24", "nightly").wait();
  executions.print();
}
