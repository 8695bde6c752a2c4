// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/function.hpp"
#include "lightflow/core/resource.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/value.hpp"

#include <concepts>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

namespace lightflow {

/// The functions of a kind of resource, each of which may be missing.
struct resource_hooks {
  std::function<result<value>(resource&, const value&)> initialize;
  std::function<result<void>(resource&)> release;
  std::function<result<void>(resource&)> suspend;
  std::function<result<void>(resource&)> recover;
};

/// A kind of resource, while it is being defined. Sealed when a run is started
/// of any flow of its catalog. Its functions run on threads of the engine, for
/// several processes at once; one that fails is an event, and of on_initialize
/// also the failure of `attach`.
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

} // namespace lightflow
