// SPDX-License-Identifier: MIT
#include "state_size.hpp"

#include "flows.hpp"
#include "measure.hpp"
#include "memory.hpp"
#include "workload.hpp"

#include "lightflow/lightflow.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace lightflow::benchmarks {

namespace {

constexpr std::uint32_t many = 100'000;

/// Commits nothing, so that what an engine keeps can be told from what a
/// database does.
class forgetful_journal : public journal {
public:
  void commit(const journal_batch&, durability) override {}

  void read(std::string_view, const visitor&) const override {}

  std::optional<run_summary> find(std::string_view) const override {
    return {};
  }

  std::vector<run_summary> list(run_condition, std::string_view,
                                std::size_t) const override {
    return {};
  }

  std::optional<std::string> definition(std::string_view) const override {
    return {};
  }
};

void report_growth(benchmark::State& state, std::size_t before,
                   std::size_t after, std::size_t count) {
  auto grown = static_cast<double>(after) - static_cast<double>(before);
  state.counters[bytes_each] = grown / static_cast<double>(count);
}

/// What a sealed definition takes.
void measure_definition(benchmark::State& state, const workload& what) {
  for (auto _ : state) {
    auto before = heap_in_use();
    catalog flows;
    define(flows, what);
    flows.plan("benchmark");
    report_growth(state, before, heap_in_use(), what.steps());
  }
}

/// What a run takes while its first step keeps all others waiting.
void measure_waiting(benchmark::State& state, const workload& what) {
  for (auto _ : state) {
    std::latch running{1};
    std::latch go_on{1};
    catalog flows;
    define(flows, what, [&](step&) {
      running.count_down();
      go_on.wait();
    });
    flows.plan("benchmark");
    engine engine{flows};
    auto before = heap_in_use();
    auto run = engine.start("benchmark");
    running.wait();
    report_growth(state, before, heap_in_use(), what.steps());
    go_on.count_down();
    run.wait();
  }
}

/// Waits until the actors of runs that have ended are gone as well.
std::size_t settled_heap() {
  auto last = heap_in_use();
  while (true) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    auto now = heap_in_use();
    if (now >= last)
      return now;
    last = now;
  }
}

/// What an engine keeps of runs that have failed and can be recovered.
void measure_suspended(benchmark::State& state) {
  constexpr std::size_t times = 4;
  const std::vector<inputs> all(5'000);
  catalog flows;
  auto& flow = flows.flow("benchmark").recoverable();
  flow.process("benchmark").step("fails", [](step&) -> result<> {
    return fail("to be suspended");
  });
  engine_options options;
  options.journal = std::make_shared<forgetful_journal>();
  options.log = log_nothing;
  engine engine{flows, options};
  auto suspend_all = [&] {
    for (std::size_t i = 0; i < times; ++i)
      for (auto& x : engine.start_all("benchmark", all))
        x.wait();
  };
  suspend_all(); // allocates what is allocated once
  for (auto _ : state) {
    auto before = settled_heap();
    suspend_all();
    report_growth(state, before, settled_heap(), times * all.size());
  }
}

} // namespace

void add_memory() {
  auto add_once = [](const std::string& row, auto run) {
    add("memory", row, "lightflow", run)->Iterations(1);
  };
  for (auto& x : {fan("fan_100000", many), chain("chain_100000", many)}) {
    auto what = std::make_shared<workload>(x);
    add_once("defined_" + x.name, [=](benchmark::State& state) {
      measure_definition(state, *what);
    });
    add_once("waiting_" + x.name,
             [=](benchmark::State& state) { measure_waiting(state, *what); });
  }
  add_once("suspended_run", measure_suspended);
}

} // namespace lightflow::benchmarks
