// SPDX-License-Identifier: MIT
#pragma once

#include "../support/failing_journal.hpp"

#include "fixture.hpp"

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow::tests {

/// An engine on a journal that fails when it is told to.
struct journal_failure_fixture : deterministic_fixture {
  journal_failure_fixture() {
    journal = disk;
    events.handle(event_stage::persist,
                  [this](const event& x) { ++stood_still[x.run_id]; });
    events.handle(event_stage::recover, [this](const event& x) {
      waiting[x.run_id] = x.cause.message;
    });
  }

  /// A recoverable flow of these steps, one after the other, in one process.
  process_definition& chain(std::string name,
                            const std::vector<std::string>& steps) {
    auto& process = catalog.flow(name).recoverable().process("in_" + name);
    std::string last;
    for (auto& x : steps) {
      auto& step = process.step(x, [this, x](lightflow::step&) {
        ++runs[x];
        if (before_end[x])
          std::exchange(before_end[x], nullptr)();
      });
      if (!last.empty())
        step.after(last);
      last = x;
    }
    return process;
  }

  /// What is to happen once, when a step has run.
  void when_run(const std::string& step, std::function<void()> f) {
    before_end[step] = std::move(f);
  }

  void break_disk(std::size_t times = failing_journal::always,
                  bool write = false) {
    disk->fail_commits(times, write);
  }

  void restart() {
    destroy_engine();
    disk->mend();
    engine();
    run_all();
  }

  template <class F>
  void refused(F f, error_code code,
               std::initializer_list<std::string_view> parts) {
    BOOST_CHECK_EXCEPTION(f(), error, [&](const error& e) {
      BOOST_TEST((e.code() == code), e.what());
      return says(parts)(e);
    });
  }

  bool knows(const std::string& id) {
    return disk->find(id).has_value();
  }

  std::shared_ptr<failing_journal> disk = std::make_shared<failing_journal>();
  std::map<std::string, int> runs;
  std::map<std::string, std::function<void()>> before_end;
  std::map<std::string, int> stood_still;     // how often, by run
  std::map<std::string, std::string> waiting; // why, by run
};

} // namespace lightflow::tests
