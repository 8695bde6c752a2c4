// SPDX-License-Identifier: MIT
#include "floor.hpp"

#include "lightflow/actors/options.hpp"

#include "pooled.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

namespace lightflow::benchmarks {

namespace {

/// How many steps a run hands out at once; the same as in the library.
const std::size_t window = 2 * engine_options{}.max_threads;

class floor_step : public pooled<caf::event_based_actor> {
public:
  floor_step(caf::actor_config& cfg, thread_pool* pool, caf::actor parent,
             std::uint32_t number)
      : pooled(cfg, pool, job_kind::user), parent_(std::move(parent)),
        number_(number) {}

protected:
  caf::behavior make_behavior() override {
    send(parent_, number_);
    return {};
  }

private:
  caf::actor parent_;
  std::uint32_t number_;
};

class floor_run : public pooled<caf::event_based_actor> {
public:
  floor_run(caf::actor_config& cfg, thread_pool* pool,
            const std::vector<std::uint32_t>& levels,
            std::shared_ptr<finish_line> finish)
      : pooled(cfg, pool, job_kind::supervision), pool_(pool), levels_(levels),
        finish_(std::move(finish)) {}

protected:
  caf::behavior make_behavior() override {
    start_steps();
    return {[this](std::uint32_t) { on_step_ended(); }};
  }

private:
  void on_step_ended() {
    if (++ended_ == levels_[level_]) {
      started_ = ended_ = 0;
      if (++level_ == levels_.size()) {
        finish_->cross();
        return quit();
      }
    }
    start_steps();
  }

  void start_steps() {
    while (started_ < levels_[level_] && started_ - ended_ < window)
      spawn<floor_step, caf::hidden>(pool_, caf::actor{this}, started_++);
  }

  thread_pool* pool_;
  const std::vector<std::uint32_t>& levels_;
  std::shared_ptr<finish_line> finish_;
  std::size_t level_ = 0;
  std::uint32_t started_ = 0; // steps of this level
  std::uint32_t ended_ = 0;
};

std::size_t cores() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

/// A system whose actors run on a pool needs no threads, but CAF insists on
/// one.
caf::actor_system_config& configure(caf::actor_system_config& config,
                                    floor::executor runs_on) {
  if (runs_on == floor::executor::library_pool)
    config.set("scheduler.max-threads", 1);
  return config;
}

} // namespace

// -- finish_line --------------------------------------------------------------

void finish_line::cross() {
  std::lock_guard guard{mutex_};
  crossed_ = true;
  changed_.notify_all();
}

void finish_line::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return crossed_; });
}

// -- floor --------------------------------------------------------------------

floor::floor(const workload& what, executor runs_on)
    : runs_(what.runs), levels_(levels(what)),
      system_(configure(config_, runs_on)) {
  if (runs_on == executor::library_pool)
    pool_.emplace(system_,
                  thread_pool::options{cores(), engine_options{}.max_threads});
}

void floor::run() {
  auto pool = pool_ ? &*pool_ : nullptr;
  std::vector<std::shared_ptr<finish_line>> finishes;
  for (std::size_t i = 0; i < runs_; ++i) {
    auto& finish = finishes.emplace_back(std::make_shared<finish_line>());
    system_.spawn<floor_run, caf::hidden>(pool, levels_, finish);
  }
  for (auto& x : finishes)
    x->wait();
}

} // namespace lightflow::benchmarks
