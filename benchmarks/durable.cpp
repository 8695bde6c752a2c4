// SPDX-License-Identifier: MIT
#include "durable.hpp"

#include "flows.hpp"
#include "measure.hpp"
#include "memory.hpp"
#include "raw_writes.hpp"
#include "recovery.hpp"

#include <memory>

namespace lightflow::benchmarks {

namespace {

struct durable_workload {
  workload what;
  durability how;
  batching floor;
};

std::vector<durable_workload> workloads() {
  std::vector<durable_workload> result;
  for (std::size_t runs : {64, 1'000})
    for (auto how : {durability::sync, durability::process}) {
      std::string suffix = how == durability::sync ? "_sync" : "_process";
      auto add = [&](std::string name, workload what) {
        what.runs = runs;
        what.name = name + "_x" + std::to_string(runs) + suffix;
        result.push_back({std::move(what), how, batching::thousands});
      };
      add("chain_10", chain({}, 10));
      add("fan_8", fan({}, 8));
    }
  result.push_back({chain("chain_100_alone_sync", 100), durability::sync,
                    batching::single_steps});
  return result;
}

void add_workload(const durable_workload& x) {
  add("durable", x.what.name, "lightflow", [=](benchmark::State& state) {
    measure(state, std::make_unique<durable_flows>(x.what, x.how),
            seconds_per_step, x.what.steps());
  });
  add("durable", x.what.name, "floor", [=](benchmark::State& state) {
    measure(state, std::make_unique<raw_writes>(x.what, x.how, x.floor),
            seconds_per_step, x.what.steps());
  });
}

/// Measures what is done once: `prepare` gives what is to be done.
template <class Prepare>
void add_once(const std::string& row, const std::string& variant,
              std::size_t count, Prepare prepare) {
  auto run = [=](benchmark::State& state) {
    for (auto _ : state) {
      state.PauseTiming();
      auto work = prepare();
      reset_peak_memory();
      state.ResumeTiming();
      work();
    }
    report(state, seconds_per_run, count);
    state.counters["peak_MiB"] = static_cast<double>(peak_memory() >> 20);
  };
  add("recovery", row, variant, run)->Iterations(1);
}

void add_load(std::size_t runs) {
  auto name = "load_" + std::to_string(runs);
  auto stored = [=]() -> auto& {
    return stored_runs::interrupted(runs);
  };
  add_once(name, "lightflow", runs,
           [=] { return [&what = stored()] { load(what); }; });
  add_once(name, "floor", runs,
           [=] { return [&what = stored()] { scan(what); }; });
}

void add_go_on(std::size_t runs) {
  auto name = "go_on_" + std::to_string(runs);
  add_once(name, "lightflow", runs, [=] {
    auto& what = stored_runs::interrupted(runs);
    auto scratch = std::make_shared<scratch_directory>();
    auto copy = scratch->path() / "journal";
    what.copy_to(copy);
    return [=, &what] {
      go_on(what, copy);
      (void)scratch; // lives until here
    };
  });
  add_once(name, "floor", runs, [=] {
    return [&what = stored_runs::interrupted(runs)] { scan(what); };
  });
}

void add_list(std::size_t runs) {
  auto name = "list_" + std::to_string(runs);
  auto add_variant = [&](const std::string& variant, bool with_records) {
    add_once(name, variant, runs, [=] {
      auto& what = stored_runs::finished(runs, with_records);
      std::shared_ptr<const journal> from = open_journal(what.directory());
      return [=, &what] { list(what, *from); };
    });
  };
  add_variant("lightflow", true);
  add_variant("floor", false);
}

} // namespace

void add_durable() {
  for (auto& x : workloads())
    add_workload(x);
}

void add_recovery(const recovery_sizes& sizes) {
  add_load(sizes.interrupted);
  add_go_on(sizes.interrupted);
  add_list(sizes.listed);
}

} // namespace lightflow::benchmarks
