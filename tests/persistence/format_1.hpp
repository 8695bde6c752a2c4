// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/catalog.hpp"
#include "lightflow/persistence/encryption.hpp"

#include <chrono>
#include <memory>
#include <string>

// The program that the journal in tests/fixtures/journal_format_1 is of. Its
// structure must stay as it was: runs of that journal go on by it.

namespace lightflow::tests {

inline void define_format_1(catalog& flows) {
  using namespace std::chrono_literals;
  auto nothing = [](step&) {};
  auto& flow = flows.flow("fixture").recoverable();
  flow.before_flow([](lightflow::flow&) {});
  flow.after_flow([](lightflow::flow&) {});
  auto& load = flow.process("load").parallelism(2).process_timeout(1h);
  load.before_process([](lightflow::process&) {});
  load.after_process([](lightflow::process&) {});
  load.after_step([](step&) {});
  load.step("fetch", nothing).retry(2, 50ms);
  load.step("parse", nothing, "fetch").eq("rows", 3).skip_with_dependents();
  load.step("store", nothing, "parse").step_timeout(10s);
  flow.process("tell").step("mail", nothing);
}

/// The keys that its values are encrypted with; "password" alone is.
inline std::shared_ptr<const encryption> encryption_of_format_1() {
  key_ring keys;
  keys.add("fixture", std::string(64, '7'));
  return encryption::of_keys(std::move(keys), {"password"});
}

inline const std::string password_of_format_1 = "correct horse";

} // namespace lightflow::tests
