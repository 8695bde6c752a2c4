// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/event.hpp"
#include "lightflow/core/function.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/value.hpp"
#include "lightflow/core/writes.hpp"

#include <atomic>
#include <concepts>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace lightflow {

class resource;
class resource_set;
class unit;
struct process_run;

using resource_ptr = std::shared_ptr<resource>;

/// What a resource held when its process was suspended.
struct suspended_resource {
  std::string name;
  std::shared_ptr<const writes> items; // what was put; null: nothing
  value entity;
};

/// Something that is attached to a process, and what is needed to have it again
/// in a recovered one.
struct kept_resource {
  std::string name;
  value parameter;
  /// What it held when its process was suspended; nothing if it was not.
  std::optional<suspended_resource> left = {};
};

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

/// The functions of a kind of resource, each of which may be missing.
struct resource_hooks {
  std::function<result<value>(resource&, const value&)> initialize;
  std::function<result<void>(resource&)> release;
  std::function<result<void>(resource&)> suspend;
  std::function<result<void>(resource&)> recover;
};

/// A kind of resource, while it is being defined. Sealed when a run is started
/// of any flow of its catalog.
class resource_definition {
public:
  explicit resource_definition(std::string name) : name_(std::move(name)) {}

  resource_definition(const resource_definition&) = delete;
  resource_definition& operator=(const resource_definition&) = delete;

  const std::string& name() const noexcept {
    return name_;
  }

  /// Called once per process, by the first that attaches the resource, with the
  /// parameter given there. Returns the entity, nothing, or a result of either.
  template <shared_function<resource&, const value&> F>
  resource_definition& on_initialize(F f) {
    using returned = std::invoke_result_t<const F&, resource&, const value&>;
    require_callable(f, "resource hook");
    return change([&] {
      hooks_.initialize
        = [f = std::move(f)](resource& x,
                             const value& parameter) -> result<value> {
        if constexpr (std::is_void_v<returned>) {
          f(x, parameter);
          return value{};
        } else {
          return make_entity(f(x, parameter));
        }
      };
    });
  }

  /// Called when the process has ended, however it did.
  template <shared_function<resource&> F>
  resource_definition& on_release(F f) {
    return set_hook(&resource_hooks::release, std::move(f));
  }

  /// Called before the release if the process is suspended: its run is
  /// recoverable and the process failed. What the resource holds then, as far
  /// as it can be encoded, is what `on_recover` finds.
  template <shared_function<resource&> F>
  resource_definition& on_suspend(F f) {
    return set_hook(&resource_hooks::suspend, std::move(f));
  }

  /// Called instead of on_initialize when a suspended process is recovered,
  /// before any of its steps runs. After a crash nothing was suspended, and
  /// what was attached is initialised again with the parameter that it had.
  template <shared_function<resource&> F>
  resource_definition& on_recover(F f) {
    return set_hook(&resource_hooks::recover, std::move(f));
  }

private:
  friend class catalog;

  template <class T>
  static result<value> make_entity(T x) {
    if constexpr (std::same_as<T, result<void>>) {
      if (!x)
        return std::move(x.reason());
      return value{};
    } else if constexpr (requires {
                           x.reason();
                           *x;
                         }) {
      if (!x)
        return std::move(x.reason());
      return value{*std::move(x)};
    } else if constexpr (std::same_as<T, failure>) {
      return x;
    } else {
      return value{std::move(x)};
    }
  }

  using plain_hook = std::function<result<void>(resource&)>;

  template <class F>
  resource_definition& set_hook(plain_hook resource_hooks::*hook, F f) {
    using returned = std::invoke_result_t<const F&, resource&>;
    require_callable(f, "resource hook");
    return change([&] {
      hooks_.*hook = [f = std::move(f)](resource& x) -> result<void> {
        if constexpr (std::is_void_v<returned>) {
          f(x);
          return {};
        } else {
          return f(x);
        }
      };
    });
  }

  template <class F>
  resource_definition& change(F f) {
    require_unsealed();
    f();
    return *this;
  }

  void require_unsealed() const;

  std::string name_;
  resource_hooks hooks_;
  bool sealed_ = false;
};

/// All kinds of resources of a catalog, by name.
using resource_table = std::map<std::string, resource_hooks, std::less<>>;

/// The resources that are attached to one process of a run. Safe to use from
/// any thread.
class resource_set {
public:
  explicit resource_set(std::shared_ptr<const resource_table> kinds)
      : kinds_(std::move(kinds)) {}

  resource_set(const resource_set&) = delete;
  resource_set& operator=(const resource_set&) = delete;

  /// Says whose resources these are, which owns them. Called once, before all
  /// else.
  void bind(const process_run& owner) noexcept {
    owner_ = &owner;
  }

  void set_status(status x) noexcept {
    status_ = x.bits();
  }

  status process_status() const noexcept {
    return status::from_bits(status_);
  }

  /// The resource of that name, which the first call initialises while others
  /// wait. Failures are events of `caller`; null for whoever the calling thread
  /// initialises another resource for. Fails for an unknown name, when the
  /// initialisation fails, when it would wait for itself, and once the process
  /// has ended.
  result<resource_ptr> attach(std::string_view name, const value& parameter,
                              const unit* caller);

  /// The resource of that name, if it is attached.
  resource_ptr acquire(std::string_view name) const;

  /// What was attached since this was asked last.
  std::vector<kept_resource> take_attached();

  /// Attaches again what was attached before a recovery. Called on a thread
  /// that may run code of the user. Failures are events of `caller`; such a
  /// resource is not attached.
  void recover(const kept_resource& x, const unit& caller);

  /// Suspends all, the last attached first, and gives what they left. Called as
  /// `recover`, before `release`.
  std::vector<suspended_resource> suspend(const unit& caller);

  /// If nothing is attached, lets nothing be attached from then on. Gives
  /// whether it did; otherwise `release` is due.
  bool close_if_empty();

  /// Releases all, the last attached first; no other is attached from then on.
  /// Called on a thread that may run code of the user. Failures are events of
  /// `caller`.
  void release(const unit& caller);

private:
  struct slot {
    const resource_hooks* hooks;
    resource_ptr attached; // null while it is initialised
    std::thread::id initialiser;
  };

  using slot_map = std::map<std::string, slot, std::less<>>;

  bool waits_for_me(const slot* x) const;
  result<resource_ptr> initialise(slot_map::iterator place,
                                  const value& parameter, const unit* caller,
                                  std::unique_lock<std::mutex>& lock);
  void release(resource& x, const resource_hooks& hooks,
               const unit* caller) const;
  std::vector<const slot*> last_attached_first() const;
  void report(const resource& x, const char* action, problem trouble,
              const unit* caller) const;

  const std::shared_ptr<const resource_table> kinds_;
  const process_run* owner_ = nullptr;
  std::atomic<std::uint16_t> status_{status::pending.bits()};
  mutable std::mutex mutex_; // guards all that follows
  std::condition_variable initialised_;
  slot_map slots_;
  std::vector<slot*> order_;            // of attaching
  std::vector<kept_resource> attached_; // not taken yet
  std::map<std::thread::id, const slot*> waiting_;
  std::map<std::thread::id, const unit*> callers_; // of initialisations
  bool closed_ = false;
};

} // namespace lightflow
