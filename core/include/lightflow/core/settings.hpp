// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/durability.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace lightflow {

/// How often and when a step is tried again after it failed or threw.
struct retry_policy {
  /// Attempts beyond the first.
  std::uint32_t retries = 0;
  /// The wait before the second attempt.
  duration initial = duration::zero();
  /// By what the wait grows from one attempt to the next; at least 1.
  double factor = 2.0;
  /// The longest wait; zero for no bound.
  duration cap = duration::zero();
  /// The part of each wait that is left to chance, from 0 (none) to 1 (all).
  double jitter = 0.0;
  /// Whether to try again after this failure; empty for always. Runs where the
  /// step ran, and counts as false when it throws.
  std::function<bool(const failure&)> predicate = nullptr;

  /// The wait before the attempt after number `attempt`, which is 1 for the
  /// first. The share of chance is a function of `seed` and `attempt`, so that
  /// a decision can be made again when a run is replayed.
  duration delay_after(std::uint32_t attempt, std::uint64_t seed) const;
};

/// What can be configured, each item set or left to the next wider scope:
/// step, process, flow, defaults.
struct settings {
  std::optional<bool> recoverable;
  std::optional<duration> process_timeout;
  std::optional<duration> step_timeout;
  std::optional<retry_policy> retry;
  std::optional<std::size_t> parallelism;
  std::optional<bool> default_callbacks;
  std::optional<lightflow::durability> durability;

  /// These settings, with what they leave open taken from `wider`.
  settings or_else(const settings& wider) const;

  /// What holds where nobody sets anything: not recoverable, timeouts of three
  /// hours, no retries, no bound on parallel steps.
  static const settings& built_in();
};

/// The setters that steps, processes, flows and defaults have in common.
template <class Derived>
class step_settings {
public:
  /// Bounds the time from a step's first attempt to its end, retries and waits
  /// included. A negative timeout means none.
  Derived& step_timeout(duration x) {
    return change([&](settings& s) { s.step_timeout = x; });
  }

  /// Tries a step again, up to `retries` times, after it failed or threw.
  Derived& retry(std::uint32_t retries,
                 duration initial_wait = duration::zero()) {
    retry_policy policy;
    policy.retries = retries;
    policy.initial = initial_wait;
    return retry(std::move(policy));
  }

  /// Throws definition_error for a factor under 1, a jitter outside 0 to 1 or a
  /// negative wait.
  Derived& retry(retry_policy x);

  const settings& own_settings() const {
    return settings_;
  }

protected:
  ~step_settings() = default;

  template <class F>
  Derived& change(F f) {
    auto& derived = static_cast<Derived&>(*this);
    derived.require_unsealed();
    f(settings_);
    return derived;
  }

  settings settings_;
};

/// Throws definition_error if `x` makes no sense.
void require_valid(const retry_policy& x);

template <class Derived>
Derived& step_settings<Derived>::retry(retry_policy x) {
  require_valid(x);
  return change([&](settings& s) { s.retry = std::move(x); });
}

template <class Derived>
class process_settings : public step_settings<Derived> {
public:
  /// Bounds the time from a process's start to its end. A negative timeout
  /// means none.
  Derived& process_timeout(duration x) {
    return this->change([&](settings& s) { s.process_timeout = x; });
  }

  /// Bounds how many steps of a process run at once; 0 for no bound.
  Derived& parallelism(std::size_t x) {
    return this->change([&](settings& s) { s.parallelism = x; });
  }

  /// Turns the callbacks of the catalog's defaults on or off; a process without
  /// a word on it does as its flow.
  Derived& default_callbacks(bool x) {
    return this->change([&](settings& s) { s.default_callbacks = x; });
  }

protected:
  ~process_settings() = default;
};

template <class Derived>
class flow_settings : public process_settings<Derived> {
public:
  /// Whether runs are journalled, so that they survive failures and crashes.
  Derived& recoverable(bool x = true) {
    return this->change([&](settings& s) { s.recoverable = x; });
  }

  /// What the journal's entries of recoverable runs survive; an engine has its
  /// own default for flows that say nothing. With `durability::none`, runs are
  /// as if they were not recoverable.
  Derived& durability(lightflow::durability x) {
    return this->change([&](settings& s) { s.durability = x; });
  }

protected:
  ~flow_settings() = default;
};

} // namespace lightflow
