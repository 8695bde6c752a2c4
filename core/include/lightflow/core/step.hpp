// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/context.hpp"
#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"
#include "lightflow/core/settings.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/value.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lightflow {

/// What a step needs to know of the run that it belongs to. One per process of
/// a run, shared by its steps.
struct process_identity {
  std::string run_id;
  std::string flow_name;
  std::string process_name;
  bool recoverable = false;

  std::string process_id() const {
    return run_id + '/' + process_name;
  }

  std::string step_id(std::string_view step_name) const {
    return process_id() + '/' + std::string{step_name};
  }
};

/// A step under way, as its function sees it. Valid until the function returns;
/// used by one thread at a time, the one that runs the function.
class step {
public:
  /// What this run of the step knows besides its view of the context.
  struct attempt_info {
    std::uint32_t number = 1;
    time_point start;
    std::stop_token stop;
  };

  step(const process_identity& identity, step_view view, attempt_info attempt,
       writes own = {})
      : identity_(identity), view_(std::move(view)),
        attempt_(std::move(attempt)), own_(std::move(own)) {}

  step(const step&) = delete;
  step& operator=(const step&) = delete;

  // -- who it is --------------------------------------------------------------

  const std::string& name() const {
    return view_.plan().name;
  }

  /// "run id/process/step": unique in a journal, the same in all attempts.
  std::string id() const {
    return identity_.step_id(name());
  }

  const std::string& process_name() const {
    return identity_.process_name;
  }

  std::string process_id() const {
    return identity_.process_id();
  }

  const std::string& flow_name() const {
    return identity_.flow_name;
  }

  const std::string& run_id() const {
    return identity_.run_id;
  }

  /// The names of the steps that this one was defined to run after.
  std::vector<std::string> dependencies() const;

  /// 1 for the first attempt, one more for each retry.
  std::uint32_t attempt() const {
    return attempt_.number;
  }

  /// When the first attempt started.
  time_point start() const {
    return attempt_.start;
  }

  /// The same over all attempts and recoveries of this step in this run, and
  /// of no other: give it to services that must not do a thing twice.
  std::string idempotency_key() const {
    return id();
  }

  /// What is known of how it went; in the step's own function: pending.
  status state() const {
    return state_;
  }

  template <class... Flags>
  bool has(Flags... flags) const {
    return state_.has(flags...);
  }

  // -- being asked to stop ----------------------------------------------------

  /// Requested when the step timed out, its run is being stopped or its engine
  /// is being destroyed: return soon.
  const std::stop_token& stop_token() const {
    return attempt_.stop;
  }

  bool stop_requested() const {
    return attempt_.stop.stop_requested();
  }

  // -- context ----------------------------------------------------------------

  /// The value of a key: what this step set, or else the last of its ancestors,
  /// or else its process, or else the caller of the run. Nothing if none of
  /// them set it. Throws lightflow::error with error_code::wrong_type if it is
  /// no T.
  template <class T>
  std::optional<T> get(std::string_view key) const {
    return as<T>(find(key), "key", key);
  }

  /// Whether `get` finds a value, of whatever type.
  bool has_key(std::string_view key) const {
    return find(key) != nullptr;
  }

  /// Sets a key for this step and those that run after it. Throws
  /// lightflow::error with error_code::no_codec if the flow is recoverable and
  /// the type of the value cannot be encoded.
  void set(std::string_view key, value x);

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

  // -- for the engine ---------------------------------------------------------

  /// Takes what was set until now.
  writes take_writes() {
    return std::move(own_);
  }

private:
  const value* find(std::string_view key) const;

  template <class T>
  std::optional<T> as(const value* x, std::string_view what,
                      std::string_view name) const {
    if (x == nullptr)
      return std::nullopt;
    if (auto held = x->peek<T>())
      return *held;
    try {
      return x->as<T>();
    } catch (const error& e) {
      rethrow_naming(e, what, name);
    }
  }

  [[noreturn]] void rethrow_naming(const error& e, std::string_view what,
                                   std::string_view name) const;

  const process_identity& identity_;
  step_view view_;
  attempt_info attempt_;
  writes own_;
  status state_ = status::pending;
};

} // namespace lightflow
