// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/context.hpp"
#include "lightflow/core/function_name.hpp"
#include "lightflow/core/stop_signal.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/core/unit.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lightflow {

/// A step under way, as its function sees it. Valid until the function returns;
/// used by one thread at a time, the one that runs the function.
///
/// `get` gives what this step set, or else the last of its ancestors, or else
/// its process, or else the caller of the run.
class step final : public unit {
public:
  /// Which attempt of the step it is.
  struct attempt_info {
    std::uint32_t number = 1;
    time_point start;
    stop_signal* stop = nullptr; // null: nobody will ask; outlives the step
  };

  step(const process_run& process, step_view view, const attempt_info& attempt,
       writes own = {})
      : unit(attempt.start, std::move(own)), process_(process),
        view_(std::move(view)), number_(attempt.number), stop_(attempt.stop) {}

  // -- who it is --------------------------------------------------------------

  const std::string& name() const override {
    return view_.plan().name;
  }

  /// "run id/process/step": unique in a journal, the same in all attempts.
  std::string id() const override {
    return process_.step_id(name());
  }

  const run_info& run() const override {
    return *process_.run;
  }

  const std::string& process_name() const {
    return process_.name;
  }

  std::string process_id() const {
    return process_.id();
  }

  /// The names of the steps that this one was defined to run after.
  std::vector<std::string> dependencies() const;

  /// 1 for the first attempt, one more for each retry.
  std::uint32_t attempt() const {
    return number_;
  }

  /// The same over all attempts and recoveries of this step in this run, and
  /// of no other: give it to services that must not do a thing twice.
  std::string idempotency_key() const {
    return id();
  }

  // -- being asked to stop ----------------------------------------------------

  /// Requested when the step timed out, its run is being stopped or its engine
  /// is being destroyed: return soon.
  std::stop_token stop_token() const {
    return stop_ != nullptr ? stop_->token() : std::stop_token{};
  }

  bool stop_requested() const {
    return stop_ != nullptr && stop_->is_requested();
  }

  // -- context ----------------------------------------------------------------

  /// What an ancestor returned; nothing if it is no ancestor or returned
  /// nothing. Throws as `get` does.
  template <class T>
  std::optional<T> result(std::string_view step_name) const {
    return as<T>(view_.result(step_name), "result of step", step_name);
  }

  template <auto Function, class T>
  std::optional<T> result() const {
    return result<T>(function_name<Function>());
  }

  /// For each path into this step the value that its last step to set `key`
  /// set, by the name of that step. A step that another of them runs after does
  /// not count. Throws as `get` does.
  template <class T>
  std::unordered_map<std::string, T> end_values(std::string_view key) const {
    std::unordered_map<std::string, T> result;
    for (auto [index, x] : view_.end_values(key))
      result.emplace(view_.context().plan().steps[index].name,
                     *as<T>(x, "key", key));
    return result;
  }

  /// What its function returned, for callbacks after it and record hooks;
  /// nothing if it returned nothing or has not. Throws as `get` does.
  template <class T>
  std::optional<T> returned() const {
    return as<T>(returned_.has_value() ? &returned_ : nullptr, "result of step",
                 name());
  }

  // -- resources --------------------------------------------------------------
  //
  // They are at the engine. On a worker, `attach` fails, and `acquire` throws
  // lightflow::error with error_code::not_on_worker.

  /// The resource of that name, initialised with `parameter` if it was not
  /// attached to this process before. Fails for an unknown name and when the
  /// initialisation fails.
  lightflow::result<resource_ptr> attach(std::string_view resource,
                                         const value& parameter = {}) {
    return process_.attach(resource, parameter, *this);
  }

  /// The resource of that name if it is attached to this process, else null.
  resource_ptr acquire(std::string_view resource) const {
    return process_.acquire(resource);
  }

  // -- for the engine ---------------------------------------------------------

  const step_view& view() const noexcept {
    return view_;
  }

private:
  friend struct unit_access; // for whoever runs it

  void set_returned(value x) {
    returned_ = std::move(x);
  }

  value take_returned() {
    return std::move(returned_);
  }

  const value* find_inherited(const hashed_key& key) const override {
    return view_.find(key);
  }

  context_reader inherited_reader() const override {
    return [view = view_](std::string_view key) { return view.find(key); };
  }

  event make_event(event_stage stage, problem cause) const override;

  const process_run& process_;
  step_view view_;
  std::uint32_t number_; // of the attempt
  stop_signal* stop_;
  value returned_;
};

} // namespace lightflow
