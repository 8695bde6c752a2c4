// SPDX-License-Identifier: MIT
#include "engine_core.hpp"

#include "engine_actor.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace lightflow {

namespace {

std::size_t cores() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

} // namespace

engine_core::engine_core(caf::actor_system* system, const catalog& flows,
                         engine_options options)
    : flows_(flows) {
  if (system == nullptr) {
    own_config_ = std::make_unique<caf::actor_system_config>();
    if (options.runs_on == executor::own_threads)
      own_config_->set("scheduler.max-threads", 1);
    own_system_ = std::make_unique<caf::actor_system>(*own_config_);
    system = own_system_.get();
  }
  if (options.runs_on == executor::own_threads) {
    auto base = options.threads > 0 ? options.threads : cores();
    pool_ = std::make_unique<thread_pool>(
      *system, thread_pool::options{base, std::max(base, options.max_threads)});
  }
  env_ = std::unique_ptr<runtime>{
    new runtime{*system,
                options.log ? std::move(options.log) : spdlog_logger(),
                pool_.get(),
                2 * std::max<std::size_t>(1, options.max_threads),
                {}}};
  actor_ = system->spawn<engine_actor_impl, caf::hidden>(*env_);
}

void engine_core::start(start_run x) {
  std::shared_lock lock{open_};
  require_open();
  caf::anon_send(actor_, std::move(x));
}

void engine_core::require_open() const {
  if (closed_)
    throw error(error_code::engine_closed, "the engine was destroyed");
}

/// First all actors leave, then the functions return that no actor waits for
/// any more, since their steps timed out, then the threads end.
void engine_core::close() {
  using namespace std::chrono_literals;
  auto log_running = [this] {
    for (auto& id : env_->functions.list())
      env_->log(
        log_level::warning,
        fmt::format(R"(engine is being destroyed: waiting for step "{}" )"
                    "to return",
                    id));
  };
  {
    std::unique_lock lock{open_};
    closed_ = true;
  }
  caf::scoped_actor self{env_->system, true};
  self->monitor(actor_);
  self->send(actor_, close_atom::value);
  run_test_scheduler();
  bool left = false;
  auto patience = 10ms;
  while (!left) {
    self->receive([&](const caf::down_msg&) { left = true; },
                  caf::after(patience) >>
                    [&] {
                      log_running();
                      patience = 10s;
                    });
  }
  actor_ = nullptr;
  patience = 10ms;
  while (!env_->functions.wait_until_none(patience)) {
    log_running();
    patience = 10s;
  }
  pool_.reset();
}

bool engine_core::run_test_scheduler() {
  auto test = dynamic_cast<caf::scheduler::test_coordinator*>(
    &env_->system.scheduler());
  if (test != nullptr)
    test->run();
  return test != nullptr;
}

} // namespace lightflow
