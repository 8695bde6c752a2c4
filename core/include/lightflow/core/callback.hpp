// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"
#include "lightflow/core/event.hpp"
#include "lightflow/core/function.hpp"
#include "lightflow/core/problem.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/status.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lightflow {

class flow;
class process;
class step;

/// Marks a callback whose failure is the failure of its unit.
struct must_t {};
inline constexpr must_t must;

/// Which definition a callback belongs to; they run in this order.
enum class callback_scope : std::uint8_t { defaults, flow, process };

enum class callback_moment : std::uint8_t { before, after };

std::string_view to_string(callback_scope x);
std::string_view to_string(callback_moment x);

/// Where a callback is among all that run at one moment of a unit.
struct callback_position {
  callback_scope scope;
  std::uint32_t index; // in its chain

  friend bool operator==(const callback_position&, const callback_position&)
    = default;
};

/// The callback at which a recovered unit goes on.
struct callback_breakpoint {
  callback_moment moment;
  callback_position at;

  friend bool operator==(const callback_breakpoint&, const callback_breakpoint&)
    = default;
};

/// What can be a callback of a Unit: takes it, and returns whether to keep on
/// with the chain. Nothing returned means yes, and a failure may be returned.
template <class F, class Unit>
concept callback_callable = shared_function<F, Unit&> &&(
  std::is_void_v<std::invoke_result_t<
    const F&,
    Unit&>> || std::convertible_to<std::invoke_result_t<const F&, Unit&>, result<bool>> || std::same_as<std::invoke_result_t<const F&, Unit&>, result<void>>);

template <class Unit, callback_callable<Unit> F>
std::function<result<bool>(Unit&)> make_callback_function(F f) {
  using returned = std::invoke_result_t<const F&, Unit&>;
  require_callable(f, "callback");
  return [f = std::move(f)](Unit& x) -> result<bool> {
    if constexpr (std::is_void_v<returned>) {
      f(x);
      return true;
    } else if constexpr (std::same_as<returned, result<void>>) {
      if (auto done = f(x); !done)
        return std::move(done.reason());
      return true;
    } else {
      return f(x);
    }
  };
}

/// One callback with what narrows it.
template <class Unit>
struct callback_rule {
  std::function<result<bool>(Unit&)> function;
  bool required = false;
  std::vector<status> when;
  std::vector<status> exclude;
  std::vector<std::string> only_for;
  std::vector<std::string> not_for;
  std::function<bool(Unit&)> predicate;

  bool applies_to(Unit& x) const {
    auto has = [&](status flag) { return x.state().has_any(flag); };
    auto is = [&](const std::string& name) { return x.name() == name; };
    return (when.empty() || std::any_of(when.begin(), when.end(), has))
           && std::none_of(exclude.begin(), exclude.end(), has)
           && (only_for.empty()
               || std::any_of(only_for.begin(), only_for.end(), is))
           && std::none_of(not_for.begin(), not_for.end(), is)
           && (!predicate || predicate(x));
  }
};

/// The callbacks of one scope for one moment of one kind of unit.
template <class Unit>
using callback_chain = std::vector<callback_rule<Unit>>;

/// A chain while it is being defined.
template <class Unit>
struct open_chain {
  callback_chain<Unit> rules;
  bool sealed = false;

  void require_unsealed() const {
    if (sealed)
      throw definition_error("callbacks cannot be changed any more: a run of "
                             "their flow has been started");
  }

  /// Adds a rule. Those that must succeed come before the others, so that none
  /// of them is left out when one of the others ends the chain.
  void add(callback_rule<Unit> rule) {
    require_unsealed();
    if (rule.required && !rules.empty() && !rules.back().required)
      throw definition_error("a callback that must succeed cannot be defined "
                             "after one that need not, in the same scope");
    rules.push_back(std::move(rule));
  }
};

/// A callback that was just defined, to be narrowed. Valid as long as the
/// definition that it belongs to. Throws definition_error once a run of that
/// has been started.
template <class Unit>
class callback_definition {
public:
  callback_definition(open_chain<Unit>& chain, std::size_t index)
      : chain_(&chain), index_(index) {}

  /// Only if the unit has one of these flags.
  template <class... Flags>
  callback_definition& when(status x, Flags... xs) {
    return add(&callback_rule<Unit>::when, x, xs...);
  }

  /// Not if the unit has one of these flags.
  template <class... Flags>
  callback_definition& exclude(status x, Flags... xs) {
    return add(&callback_rule<Unit>::exclude, x, xs...);
  }

  /// Only for the units of these names.
  template <class... Names>
  callback_definition& only_for(std::string x, Names... xs) {
    return add(&callback_rule<Unit>::only_for, std::move(x), std::move(xs)...);
  }

  /// Not for the units of these names.
  template <class... Names>
  callback_definition& not_for(std::string x, Names... xs) {
    return add(&callback_rule<Unit>::not_for, std::move(x), std::move(xs)...);
  }

  /// Only if `f` says so. When it throws, the callback counts as failed.
  template <std::predicate<Unit&> F>
  callback_definition& if_(F f) {
    require_callable(f, "predicate");
    rule().predicate = std::move(f);
    return *this;
  }

private:
  callback_rule<Unit>& rule() {
    chain_->require_unsealed();
    return chain_->rules[index_];
  }

  template <class T, class... Ts>
  callback_definition& add(std::vector<T> callback_rule<Unit>::*list,
                           Ts... xs) {
    (void)(rule().*list).insert((rule().*list).end(), {T(std::move(xs))...});
    return *this;
  }

  open_chain<Unit>* chain_;
  std::size_t index_;
};

/// The chains that run at one moment of a unit, by scope; null where a scope
/// has none.
template <class Unit>
struct callback_chains {
  std::array<std::shared_ptr<const callback_chain<Unit>>, 3> by_scope;

  bool empty() const noexcept {
    return !by_scope[0] && !by_scope[1] && !by_scope[2];
  }
};

/// A callback that must succeed and did not.
struct failed_callback {
  callback_position at;
  std::string error;
};

/// "callback 2 of the flow that runs before it failed: no".
std::string describe_callback_failure(callback_moment moment,
                                      callback_position at, const problem& x);

/// Runs the callbacks of one moment of a unit, scope by scope. Failures become
/// events; that of one which must succeed ends it all and is returned. Those
/// before `from` are left out: they have passed before a recovery.
template <class Unit>
std::optional<failed_callback>
run_callbacks(const callback_chains<Unit>& chains, callback_moment moment,
              Unit& self, std::optional<callback_position> from = {}) {
  if (chains.empty())
    return std::nullopt;
  for (auto scope : {callback_scope::defaults, callback_scope::flow,
                     callback_scope::process}) {
    auto& chain = chains.by_scope[static_cast<std::size_t>(scope)];
    if (chain == nullptr || (from && scope < from->scope))
      continue;
    auto first = from && scope == from->scope ? from->index : 0;
    for (std::uint32_t i = first; i < chain->size(); ++i) {
      auto& rule = (*chain)[i];
      auto [keep_on, trouble] = call_guarded([&]() -> result<bool> {
        return rule.applies_to(self) ? rule.function(self) : result<bool>{true};
      });
      if (trouble) {
        auto error = describe_callback_failure(moment, {scope, i}, *trouble);
        self.emit(event_stage::callback, *std::move(trouble),
                  {{"moment", std::string{to_string(moment)}},
                   {"scope", std::string{to_string(scope)}},
                   {"order", std::to_string(i + 1)},
                   {"necessity", rule.required ? "must" : "may"}});
        if (rule.required)
          return failed_callback{{scope, i}, std::move(error)};
      }
      if (trouble || !*keep_on)
        break; // the next scope goes on
    }
  }
  return std::nullopt;
}

} // namespace lightflow
