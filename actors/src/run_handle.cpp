// SPDX-License-Identifier: MIT
#include "lightflow/actors/run_handle.hpp"

#include "lightflow/core/error.hpp"

#include "control_request.hpp"
#include "engine_core.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

run_handle::run_handle(std::shared_ptr<run_channel> channel,
                       std::weak_ptr<engine_core> engine)
    : channel_(std::move(channel)), engine_(std::move(engine)) {}

const std::string& run_handle::id() const {
  return channel_->id();
}

run_report run_handle::wait() const {
  if (drive() && !channel_->wait(duration::zero()))
    throw error(error_code::internal,
                fmt::format(R"(run "{}" would never end by itself: on CAF's )"
                            "test scheduler, time passes only when it is told "
                            "to",
                            id()));
  return *channel_->wait(std::nullopt);
}

std::optional<run_report> run_handle::wait_for(duration timeout) const {
  drive();
  return channel_->wait(timeout);
}

bool run_handle::has_ended() const {
  return channel_->report().has_value();
}

run_report run_handle::look() const {
  if (auto report = channel_->look())
    return *report;
  auto now = engine()->ask<std::shared_ptr<const run_snapshot>>(
    look_atom::value, id());
  if (now && *now != nullptr) {
    take_over(now->get());
    return run_report{std::move(*now)};
  }
  return wait(); // it has just ended
}

bool run_handle::pause() const {
  return send(control_action::pause, {});
}

bool run_handle::pause(std::string_view process) const {
  return send(control_action::pause, process);
}

bool run_handle::resume() const {
  return send(control_action::resume, {});
}

bool run_handle::resume(std::string_view process) const {
  return send(control_action::resume, process);
}

bool run_handle::stop() const {
  return send(control_action::stop, {});
}

bool run_handle::stop(std::string_view process) const {
  return send(control_action::stop, process);
}

run_handle run_handle::recover() const {
  auto core = engine();
  return {core->recover(id()), core};
}

std::shared_ptr<engine_core> run_handle::engine() const {
  if (auto result = engine_.lock())
    return result;
  throw error(error_code::engine_closed,
              fmt::format(R"(the engine of run "{}" was destroyed)", id()));
}

bool run_handle::drive() const {
  auto core = engine_.lock();
  return core != nullptr && core->run_test_scheduler();
}

bool run_handle::send(control_action action,
                      std::optional<std::string_view> process) const {
  auto what = make_control(*channel_->flow(), action, process);
  return engine()->ask<bool>(id(), what).value_or(false);
}

} // namespace lightflow
