// SPDX-License-Identifier: MIT
#pragma once

#include "fixture.hpp"

#include <atomic>
#include <string_view>

namespace lightflow::tests {

/// Lets threads wait until it is opened.
class gate {
public:
  void open() {
    open_ = true;
    open_.notify_all();
  }

  void wait() const {
    open_.wait(false);
  }

private:
  std::atomic<bool> open_{false};
};

struct feature_thread_fixture {
  feature_thread_fixture() {
    options.log = [](log_level, std::string_view) {};
  }

  ~feature_thread_fixture() {
    blocked.open(); // so that no engine waits for ever, also when a test fails
  }

  lightflow::catalog catalog;
  process_definition& process = catalog.flow_with_process("flow");
  engine_options options;
  gate blocked;
};

} // namespace lightflow::tests
