// SPDX-License-Identifier: MIT
#include "lightflow/testing/simulation.hpp"

#include "lightflow/testing/expectation.hpp"

#include "world.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

[[noreturn]] void throw_stuck(const run_handle& run, duration patience) {
  auto report = run.look();
  auto text
    = fmt::format(R"(run "{}" had not ended after {}: it is {})", run.id(),
                  describe(patience), to_string(report.state()));
  for (auto& x : report.wakes_by())
    text += fmt::format("\n{} waits for: {}", x.unit_id, to_string(x.source));
  throw broken_expectation(text);
}

} // namespace

simulation::simulation(definition define, simulation_options options)
    : world_(std::make_unique<world>(std::move(define), std::move(options))) {}

simulation::~simulation() = default;

engine& simulation::engine() {
  return world_->engine();
}

run_handle simulation::start_as(std::string id, std::string_view flow,
                                inputs input) {
  auto result = engine().start_as(std::move(id), flow, std::move(input));
  settle();
  return result;
}

run_report simulation::finish(const run_handle& run) {
  settle();
  auto patience = world_->options_.patience;
  auto end = world_->in(patience);
  while (!run.has_ended())
    if (now() >= end || !world_->pass_to_next_timer())
      throw_stuck(run, patience);
  return run.wait();
}

void simulation::crash(std::size_t lost) {
  world_->end_program(true);
  world_->lose(lost);
}

void simulation::shut_down() {
  world_->end_program(false);
}

simulated_journal& simulation::disk() noexcept {
  return *world_->disk_;
}

void simulation::fail_disk(duration time) {
  world_->mended_at_ = world_->in(time);
}

void simulation::start_worker(worker_options options) {
  world_->start_worker(std::move(options));
}

void simulation::kill_worker(std::string_view name) {
  world_->kill_worker(name);
}

void simulation::stop_worker(std::string_view name) {
  world_->stop_worker(name);
}

void simulation::later(duration time, std::function<void()> what) {
  world_->later(time, std::move(what));
}

void simulation::settle() {
  world_->settle();
}

void simulation::advance(duration time) {
  world_->pass(time);
}

duration simulation::now() const {
  return world_->now();
}

const trace& simulation::trace() const noexcept {
  return world_->trace_;
}

std::size_t simulation::calls(std::string_view process,
                              std::string_view step) const {
  auto found = world_->calls_.find({std::string{process}, std::string{step}});
  return found != world_->calls_.end() ? found->second : 0;
}

const std::vector<std::string>& simulation::repeated() const noexcept {
  return world_->repeated_;
}

} // namespace lightflow::testing
