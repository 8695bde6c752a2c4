// SPDX-License-Identifier: MIT
#include "program.hpp"

#include "lightflow/lightflow.hpp"
#include "lightflow/persistence/rocksdb_journal.hpp"

#include "../../persistence/src/rocksdb_environment.hpp"
#include "../crash/program.hpp"
#include "plain_flows.hpp"

#include <atomic>
#include <fstream>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>

namespace lightflow::tests {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_runs = 16;
constexpr int durable_clients = 24; // more than may have a run at once
constexpr int plain_clients = 6;

/// The names of runs, those that were left first. Safe to use from any thread.
class run_names {
public:
  run_names(const soak_options& options, std::size_t flows)
      : start_(options.start), flows_(flows) {
    std::ifstream in{options.left()};
    for (std::string id; std::getline(in, id);)
      left_.push_back(id);
  }

  /// Empty if there is no more, since no new run is wanted.
  std::string next(bool wants_new) {
    std::lock_guard guard{mutex_};
    if (!left_.empty()) {
      auto result = left_.back();
      left_.pop_back();
      return result;
    }
    if (!wants_new)
      return {};
    auto n = made_++;
    return fmt::format("flow-{}.{}-{}", n % flows_, start_, n);
  }

private:
  const std::uint64_t start_;
  const std::size_t flows_;
  std::mutex mutex_; // guards what follows
  std::vector<std::string> left_;
  std::uint64_t made_ = 0;
};

/// An engine and the threads that keep it busy.
class busy_program {
public:
  explicit busy_program(const soak_options& options)
      : options_(options), flows_(make_flows(options.seed)),
        log_(options.log()), names_(options, flows_.size()) {
    for (auto& flow : flows_)
      define(catalog_, flow, log_);
  }

  void run() {
    engine engine{catalog_, how()};
    auto deadline = std::chrono::steady_clock::now() + options_.time;
    auto is_over = [=] { return std::chrono::steady_clock::now() >= deadline; };
    std::vector<std::jthread> clients;
    for (int i = 0; i < durable_clients; ++i)
      clients.emplace_back(
        [&, i] { guard([&] { run_durable(engine, i, is_over); }); });
    for (int i = 0; i < plain_clients; ++i)
      clients.emplace_back(
        [&, i] { guard([&] { run_plain(engine, i, is_over); }); });
    clients.clear();
    if (plain_.resources() != 0)
      throw std::runtime_error("not all resources were released");
  }

private:
  /// Odd starts do not sync: what is killed is the program, not the machine.
  /// Small buffers are soon as full as they will be.
  engine_options how() const {
    engine_options result;
    rocksdb_environment small;
    small.write_buffer = 128U << 10;
    result.journal
      = std::make_shared<rocksdb_journal>(options_.journal(), small);
    result.durability
      = options_.start % 2 == 0 ? durability::sync : durability::process;
    result.max_runs = max_runs;
    result.retention = retention;
    // Each failure is an event, and they are many.
    result.log = [](log_level level, std::string_view text) {
      if (level == log_level::error)
        fmt::print(stderr, "{}\n", text);
    };
    return result;
  }

  /// Starts runs, disturbs them now and then, and brings them to success.
  template <class F>
  void run_durable(engine& to, int client, F is_over) {
    std::mt19937_64 chance{options_.seed + 1000 * options_.start + client};
    for (std::string id; !(id = names_.next(!is_over())).empty();) {
      log_.want(id);
      auto run = to.start_as(id, id.substr(0, id.find('.')));
      run.resume(); // it may have been paused as the program was killed
      disturb(run, chance);
      bring_to_success(run, log_);
      std::this_thread::sleep_for(std::chrono::milliseconds{chance() % 40});
    }
  }

  static void disturb(const run_handle& run, std::mt19937_64& chance) {
    std::this_thread::sleep_for(std::chrono::milliseconds{chance() % 10});
    switch (chance() % 10) {
    case 0:
      run.pause();
      std::this_thread::sleep_for(2ms);
      run.resume();
      break;
    case 1:
      run.stop(); // it is recovered then
      break;
    case 2:
      (void)run.look();
      break;
    default:
      break;
    }
  }

  template <class F>
  void run_plain(engine& to, int client, F is_over) {
    auto& names = plain_.names();
    for (std::size_t i = client; !is_over(); ++i) {
      plain_flows::check(to.run(names[i % names.size()]));
      std::this_thread::sleep_for(5ms);
    }
  }

  /// What a client finds wrong ends the program.
  template <class F>
  static void guard(F f) {
    try {
      f();
    } catch (const std::exception& e) {
      fmt::print(stderr, "{}\n", e.what());
      std::_Exit(3);
    }
  }

  soak_options options_;
  std::vector<random_flow> flows_;
  work_log log_;
  run_names names_;
  catalog catalog_;
  plain_flows plain_{catalog_};
};

} // namespace

int run_busy_program(const soak_options& options) {
  busy_program{options}.run();
  return 0;
}

} // namespace lightflow::tests
