// SPDX-License-Identifier: MIT
#include "in_memory.hpp"

#include "floor.hpp"
#include "flows.hpp"
#include "measure.hpp"
#include "tbb_graphs.hpp"
#include "workload.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace lightflow::benchmarks {

namespace {

struct group {
  std::string name;
  const char* counter;
};

using shared_workload = std::shared_ptr<const workload>;

/// Adds a workload as done by a Subject, which is made from it and `args`.
template <class Subject, class... Args>
void add_variant(const group& where, const shared_workload& what,
                 const std::string& variant, Args... args) {
  auto count = where.counter == seconds_per_step ? what->steps() : what->runs;
  auto run = [=, counter = where.counter](benchmark::State& state) {
    measure(state, std::make_unique<Subject>(*what, args...), counter, count);
  };
  add(where.name, what->name, variant, run);
}

void add_beside_peers(const group& where, workload bare) {
  auto what = std::make_shared<workload>(std::move(bare));
  add_variant<flows>(where, what, "lightflow");
  add_variant<floor>(where, what, "floor", floor::executor::library_pool);
  add_variant<floor>(where, what, "caf_floor", floor::executor::caf_scheduler);
  add_variant<tbb_graphs>(where, what, "tbb", tbb_graphs::made::for_each_run);
  add_variant<tbb_graphs>(where, what, "tbb_again", tbb_graphs::made::once);
}

/// Sleeps once for each level: what a workload of steps that sleep takes if
/// nothing else takes time.
class ideal_sleep {
public:
  explicit ideal_sleep(const workload& what)
      : count_(levels(what).size()), sleep_(what.work.sleep) {}

  void run() {
    for (std::size_t i = 0; i < count_; ++i)
      std::this_thread::sleep_for(sleep_);
  }

private:
  std::size_t count_;
  std::chrono::milliseconds sleep_;
};

std::vector<workload> no_op_steps() {
  std::vector<workload> result{fan("fan_50", 50), chain("chain_60", 60),
                               random_dag("random_1000", 1'000)};
  for (std::uint32_t size : {1'000, 10'000, 100'000}) {
    result.push_back(fan("fan_" + std::to_string(size), size));
    result.push_back(chain("chain_" + std::to_string(size), size));
  }
  return result;
}

std::vector<workload> no_op_runs() {
  return {single_steps("one_step", 1), single_steps("one_step_x10", 10),
          single_steps("one_step_x1000", 1'000),
          single_steps("one_step_x10000", 10'000)};
}

void add_feature(workload what, const std::string& name, step_work work) {
  group where{"features", seconds_per_step};
  what.name += '_' + name;
  add_variant<flows>(where, std::make_shared<workload>(what), "bare");
  what.work = work;
  add_variant<flows>(where, std::make_shared<workload>(what), "lightflow");
}

void add_sleeping(workload sleepy, std::chrono::milliseconds sleep) {
  group where{"blocking", seconds_per_run};
  sleepy.work.sleep = sleep;
  auto what = std::make_shared<workload>(std::move(sleepy));
  add_variant<flows>(where, what, "lightflow");
  add_variant<ideal_sleep>(where, what, "ideal");
}

} // namespace

void add_steps_and_runs() {
  for (auto& x : no_op_steps())
    add_beside_peers({"steps", seconds_per_step}, std::move(x));
  for (auto& x : no_op_runs())
    add_beside_peers({"runs", seconds_per_run}, std::move(x));
}

void add_features() {
  for (auto& x : {fan("fan_50", 50), chain("chain_60", 60)}) {
    add_feature(x, "context", {.context = true});
    add_feature(x, "callbacks", {.callbacks = true});
    add_feature(x, "all", {.context = true, .callbacks = true});
  }
}

void add_blocking() {
  using std::chrono::milliseconds;
  add_sleeping(side_by_side("sleep_20ms_x64", 64), milliseconds{20});
  add_sleeping(side_by_side("sleep_20ms_x256", 256), milliseconds{20});
  add_sleeping(chain("sleep_1ms_chain_50", 50), milliseconds{1});
}

} // namespace lightflow::benchmarks
