// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"
#include "lightflow/core/event.hpp"
#include "lightflow/core/run_info.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/time.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lightflow {

/// A flow, process or step under way, as functions of the user see it: what the
/// three have in common. Used by one thread at a time.
class unit {
public:
  virtual ~unit() = default;

  unit(const unit&) = delete;
  unit& operator=(const unit&) = delete;

  virtual const std::string& name() const = 0;
  virtual std::string id() const = 0;
  virtual const run_info& run() const = 0;

  const std::string& flow_name() const {
    return run().flow_name;
  }

  const std::string& run_id() const {
    return run().id;
  }

  /// When it started; of a step, its first attempt.
  time_point start() const {
    return start_;
  }

  /// When it ended, before what runs after it: callbacks, record hooks. The
  /// same as `start` until then.
  time_point end() const {
    return end_;
  }

  /// From start to end; zero until it has ended.
  lightflow::duration duration() const {
    return end_ - start_;
  }

  /// How it goes: pending until it has ended.
  status state() const {
    return state_;
  }

  template <class... Flags>
  bool has(Flags... flags) const {
    return state_.has(flags...);
  }

  /// Whether it ended, and ended normally.
  bool success() const {
    return state_.succeeded();
  }

  /// What went wrong until now; empty if nothing did.
  const std::string& error() const {
    return error_;
  }

  /// The value that the unit sees under a key; nothing if it sees none. Throws
  /// lightflow::error with error_code::wrong_type if it is no T.
  template <class T>
  std::optional<T> get(std::string_view key) const {
    return as<T>(find(key), "key", key);
  }

  /// The same as it is held, without a copy; null if there is none. Valid as
  /// long as the unit, and until it sets a key.
  const value* find(std::string_view key) const {
    hashed_key hashed{key};
    auto own = own_.find(hashed);
    return own != nullptr ? own : find_inherited(hashed);
  }

  /// Whether `get` finds a value, of whatever type.
  bool has_key(std::string_view key) const {
    return find(key) != nullptr;
  }

  /// Sets a key at this unit's own level. Throws lightflow::error if the flow
  /// is recoverable and the value cannot be kept: error_code::no_codec if its
  /// type cannot be encoded, error_code::value_too_large if the encoding is
  /// larger than the engine's limit.
  void set(std::string_view key, value x);

  // -- for the engine ---------------------------------------------------------

  /// What was set at its own level until now.
  const writes& own_writes() const noexcept {
    return own_;
  }

  /// Tells the event handlers of something that went wrong with this unit.
  void emit(event_stage stage, problem cause,
            std::map<std::string, std::string> details) const;

protected:
  explicit unit(time_point start, writes own = {})
      : own_(std::move(own)), start_(start), end_(start) {}

  void set_state(status x) {
    state_ = x;
  }

  /// What others set under a key that this unit sees.
  virtual const value* find_inherited(const hashed_key& key) const = 0;

  /// The same, as long as somebody keeps it.
  virtual context_reader inherited_reader() const = 0;

  virtual event make_event(event_stage stage, problem cause) const = 0;

  template <class T>
  std::optional<T> as(const value* x, std::string_view what,
                      std::string_view key) const {
    if (x == nullptr)
      return std::nullopt;
    if (auto held = x->peek<T>())
      return *held;
    try {
      return x->as<T>();
    } catch (const lightflow::error& e) {
      rethrow_naming(e, what, key);
    }
  }

private:
  friend struct unit_access; // for whoever runs it

  void set_end(time_point x) {
    end_ = std::max(start_, x);
  }

  void add_error(status flag, std::string_view error);

  writes take_writes() {
    own_.trim();
    return std::move(own_);
  }

  std::shared_ptr<const writes> share_writes();

  [[noreturn]] void rethrow_naming(const lightflow::error& e,
                                   std::string_view what,
                                   std::string_view key) const;

  void require_kept(std::string_view key, const value& x) const;

  writes own_;
  time_point start_;
  time_point end_;
  status state_ = status::pending;
  std::string error_;
};

} // namespace lightflow
