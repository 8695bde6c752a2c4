// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/testing/simulation.hpp"

#include "batch_reader.hpp"
#include "dice.hpp"
#include "ordered_scheduler.hpp"
#include "simulated_worker.hpp"
#include "watched_functions.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lightflow::testing {

/// What is behind a simulation.
class simulation::world : public function_watch {
public:
  world(definition define, simulation_options options);
  ~world() override;

  lightflow::engine& engine();
  void end_program(bool crashed);
  void lose(std::size_t commits);
  result<value> call(const step_function& function, step& self) override;

  void start_worker(worker_options options);
  void kill_worker(std::string_view name);
  void stop_worker(std::string_view name);

  void later(duration time, std::function<void()> what);
  void settle();
  bool pass_to_next_timer();
  void pass(duration time);
  duration now() const;

  /// The time in so long, or the last there is.
  duration in(duration x) const;

  void note(std::string what) {
    trace_.add(now(), std::move(what));
  }

  ordered_scheduler& scheduler() const noexcept {
    return *scheduler_;
  }

  simulation_options options_;
  duration mended_at_{}; // the disk fails until then
  std::shared_ptr<simulated_journal> disk_;
  testing::trace trace_;
  std::map<std::pair<std::string, std::string>, std::size_t> calls_;
  std::vector<std::string> repeated_;

private:
  /// A program from its start to its end.
  struct program {
    catalog flows;
    std::optional<batch_reader> reader;
    std::optional<lightflow::engine> engine;
  };

  void start_program();
  engine_options make_options();
  void on_commit(std::size_t number, const journal_batch& batch,
                 commit_fate fate);
  result<value> call(const step_function& function, step& self,
                     const std::string& worker);
  void look() const;
  void wait_for_disk();
  std::optional<failure> injected(const step& self, call_moment moment);
  bool is_recorded(const std::string& step) const;

  simulated_worker* find_worker(std::string_view name) const;
  simulated_worker& require_worker(std::string_view name) const;
  std::unique_ptr<worker_link>
  connect(const std::string& worker, link_number number, worker_actor listener);
  message_fate judge(const std::string& worker, std::string_view message);

  definition define_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  ordered_scheduler* scheduler_ = nullptr;                 // of the system
  std::vector<std::unique_ptr<simulated_worker>> workers_; // and dead ones
  std::optional<program> program_;
  std::optional<dice> order_; // nothing: first come first served
  bool is_ending_ = false;
  std::optional<std::size_t> settles_at_; // the depth of the scheduler
  std::optional<duration> failing_since_; // nothing: commits do not fail
  std::size_t starts_ = 0;
  /// The steps that have succeeded by each commit that was written.
  std::vector<std::vector<std::string>> succeeded_;
};

} // namespace lightflow::testing
