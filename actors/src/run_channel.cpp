// SPDX-License-Identifier: MIT
#include "run_channel.hpp"

#include "lightflow/persistence/replay.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

constexpr duration longest_wait = std::chrono::hours{24 * 36'500};

} // namespace

void run_channel::finish(run_report report) {
  std::unique_lock lock{mutex_};
  report_ = std::move(report);
  decided(std::move(lock));
}

void run_channel::close(error reason) {
  std::unique_lock lock{mutex_};
  if (report_ || closed_)
    return;
  closed_ = std::move(reason);
  decided(std::move(lock));
}

/// Notifies without the mutex, so that who waits need not wait for that too.
void run_channel::decided(std::unique_lock<std::mutex> lock) {
  auto listeners = std::exchange(listeners_, {});
  lock.unlock();
  changed_.notify_all();
  for (auto& tell : listeners)
    tell();
}

void run_channel::when_decided(std::function<void()> tell) {
  {
    std::lock_guard guard{mutex_};
    if (!report_ && !closed_)
      return listeners_.push_back(std::move(tell));
  }
  tell();
}

std::optional<run_report>
run_channel::wait(std::optional<duration> timeout) const {
  std::unique_lock lock{mutex_};
  auto decided = [this] { return report_ || closed_; };
  if (timeout) // a century is not too long for the clock
    changed_.wait_for(lock, std::min(*timeout, longest_wait), decided);
  else
    changed_.wait(lock, decided);
  if (!report_ && closed_)
    throw *closed_;
  return report_;
}

std::optional<run_report> run_channel::report() const {
  std::lock_guard guard{mutex_};
  return report_;
}

std::optional<error> run_channel::refusal() const {
  std::lock_guard guard{mutex_};
  return report_ ? std::nullopt : closed_;
}

void run_channel::show(run_report report) {
  std::lock_guard guard{mutex_};
  shown_ = std::move(report);
}

std::optional<run_report> run_channel::look() const {
  std::lock_guard guard{mutex_};
  return report_ ? report_ : shown_;
}

std::shared_ptr<run_channel> make_channel(const replayed_run& x) {
  auto& id = x.summary.id;
  auto result = std::make_shared<run_channel>(id, x.history.plan());
  auto snapshot = x.history.snapshot(id);
  if (x.summary.condition != run_condition::running) {
    result->finish(
      run_report{std::make_shared<const run_snapshot>(std::move(snapshot))});
    return result;
  }
  snapshot.wakes_by = wake_source::recovery;
  result->show(
    run_report{std::make_shared<const run_snapshot>(std::move(snapshot))});
  result->close(
    {error_code::interrupted,
     fmt::format(R"(run "{}" was under way when its program ended, )"
                 "and does not go on until it is recovered",
                 id)});
  return result;
}

} // namespace lightflow
