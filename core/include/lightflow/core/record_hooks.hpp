// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"
#include "lightflow/core/event.hpp"
#include "lightflow/core/function.hpp"
#include "lightflow/core/problem.hpp"
#include "lightflow/core/result.hpp"

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace lightflow {

/// The functions through which users keep tables of executions of their own.
template <class Unit>
struct record_functions {
  std::function<result<void>(const Unit&)> insert;
  std::function<result<void>(const Unit&)> update;

  bool empty() const noexcept {
    return !insert && !update;
  }
};

/// Calls one of the functions, if it is there; a failure is an event.
template <class Unit>
void record(const std::function<result<void>(const Unit&)>& hook,
            const char* action, Unit& x) {
  if (!hook)
    return;
  if (auto trouble = call_guarded([&] { return hook(x); }))
    x.emit(event_stage::record, *std::move(trouble), {{"action", action}});
}

/// The record functions of one kind of unit, while they are being defined. They
/// belong to a catalog; a flow takes them when it is sealed. They run on
/// threads of the engine, several at once; one that fails is an event, nothing
/// else.
template <class Unit>
class record_hooks {
public:
  /// Called before a unit starts, and not again when it is recovered. May
  /// return nothing or a `result<>`.
  template <shared_function<const Unit&> F>
  record_hooks& on_insert(F f) {
    functions_.insert = make(std::move(f));
    return *this;
  }

  /// Called when a unit has ended, with its final status.
  template <shared_function<const Unit&> F>
  record_hooks& on_update(F f) {
    functions_.update = make(std::move(f));
    return *this;
  }

  const record_functions<Unit>& functions() const noexcept {
    return functions_;
  }

private:
  template <class F>
  static std::function<result<void>(const Unit&)> make(F f) {
    require_callable(f, "record hook");
    return [f = std::move(f)](const Unit& x) -> result<void> {
      if constexpr (std::is_void_v<
                      std::invoke_result_t<const F&, const Unit&>>) {
        f(x);
        return {};
      } else {
        return f(x);
      }
    };
  }

  record_functions<Unit> functions_;
};

} // namespace lightflow
