// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/kept_resource.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace lightflow {

class resource;
class resource_set;
struct process_run;

using resource_ptr = std::shared_ptr<resource>;

/// Something that the steps and callbacks of a process share, such as a
/// connection. Made at the first `attach`, released when its process ends. Safe
/// to use from any thread; after the release it is of no use any more.
class resource {
public:
  resource(std::string name, std::shared_ptr<const process_run> owner);

  const std::string& name() const noexcept {
    return name_;
  }

  const std::string& process_name() const;
  std::string process_id() const;

  /// The status of the process at the moment.
  status process_state() const;

  void put(std::string_view key, value x);

  /// What was put under a key; nothing if nothing was. Throws lightflow::error
  /// with error_code::wrong_type if it is no T.
  template <class T>
  std::optional<T> fetch(std::string_view key) const {
    std::lock_guard guard{mutex_};
    auto x = items_.find(key);
    return x != nullptr ? std::optional<T>{x->as<T>()} : std::nullopt;
  }

  /// What on_initialize returned, or what `update` set since. Throws
  /// lightflow::error with error_code::wrong_type if it is no T.
  template <class T>
  T entity() const {
    std::lock_guard guard{mutex_};
    return entity_.as<T>();
  }

  bool has_entity() const;

  /// Sets the entity.
  void update(value entity);

  /// Removes the entity and all that was put.
  void clear();

  /// From within a hook: attaches another resource of the same process.
  result<resource_ptr> attach(std::string_view name, value parameter = {});

private:
  friend class resource_set;

  /// What it holds of values that can be encoded, if it holds any.
  suspended_resource suspend() const;

  /// Sets what it held when it was suspended.
  void recover(const suspended_resource& x);

  const std::string name_;
  const std::shared_ptr<const process_run> owner_;
  mutable std::mutex mutex_; // guards all that follows
  writes items_;
  value entity_;
};

} // namespace lightflow
