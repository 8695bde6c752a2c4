// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/problem.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/core/value.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lightflow {

enum class event_level : std::uint8_t {
  /// Something returned a failure.
  error,
  /// Something threw.
  panic,
};

/// What was being done when it went wrong.
enum class event_stage : std::uint8_t {
  /// The condition of a step was asked.
  condition,
  /// A callback ran.
  callback,
  /// A hook of a resource ran.
  resource,
  /// A record hook ran.
  record,
  /// A retry policy was asked whether to try again.
  retry,
  /// The journal was to be written.
  persist,
  /// A run was to be recovered.
  recover,
  /// A step was to run on a worker, or a worker was connected.
  distribute,
};

inline constexpr std::size_t event_stages = 8;

enum class layer : std::uint8_t { flow, process, step };

std::string_view to_string(event_level x);
std::string_view to_string(event_stage x);
std::string_view to_string(layer x);

/// Finds the value that a unit sees under a key; null if there is none.
using context_reader = std::function<const value*(std::string_view key)>;

/// Something that went wrong outside a step's own function. Never changes once
/// a handler gets it; may be copied and kept.
struct event {
  std::string id; // unique
  event_level level = event_level::error;
  event_stage stage = event_stage::callback;
  time_point time;

  // The unit that it happened to, and those that it is part of; their names
  // and ids are empty where there is no such unit.
  lightflow::layer layer = lightflow::layer::flow;
  std::string flow_name;
  std::string run_id;
  std::string process_name;
  std::string process_id;
  std::string step_name;
  std::string step_id;

  /// More on where it happened, by topic, such as "scope" and "order" of a
  /// callback or "action" and "resource" of a hook.
  std::map<std::string, std::string> details;

  problem cause;

  /// What the unit saw at that moment.
  context_reader context;

  const std::string& unit_name() const;
  const std::string& unit_id() const;

  /// A value that the unit saw; nothing if it saw none under that key. Throws
  /// lightflow::error with error_code::wrong_type if it is no T.
  template <class T>
  std::optional<T> get(std::string_view key) const {
    auto x = context ? context(key) : nullptr;
    return x != nullptr ? std::optional<T>{x->as<T>()} : std::nullopt;
  }

  /// The calls that led to where an exception was caught, one a line; empty
  /// for failures that were returned. Takes a while to make.
  std::string stack_trace() const;
};

/// One line with all that is short.
std::string to_string(const event& x);

/// Where events go. Neither blocks nor throws; used from any thread.
class event_sink {
public:
  virtual ~event_sink() = default;

  /// Sets id and time of `x` and takes it.
  virtual void emit(event x) noexcept = 0;
};

} // namespace lightflow
