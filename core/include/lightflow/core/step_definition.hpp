// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/condition.hpp"
#include "lightflow/core/function_name.hpp"
#include "lightflow/core/fwd.hpp"
#include "lightflow/core/settings.hpp"
#include "lightflow/core/step_body.hpp"
#include "lightflow/core/topology.hpp"

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow {

/// The steps that one call of `follow` or `parallel` defined. As something to
/// run after, it stands for all of them.
class sync_point {
public:
  /// Makes the first of the steps (of `follow`) or each of them (of `parallel`)
  /// run after `xs`: names, functions through `fn`, sync points or steps.
  template <class... Ts>
  sync_point& after(const Ts&... xs);

  template <auto... Functions>
    requires(sizeof...(Functions) > 0)
  sync_point& after() {
    return after(function_name<Functions>()...);
  }

private:
  friend class process_definition;
  friend class dependency;

  sync_point(process_definition& process, std::vector<step_index> steps,
             std::size_t entries)
      : process_(&process), steps_(std::move(steps)), entries_(entries) {}

  process_definition* process_;
  std::vector<step_index> steps_;
  std::size_t entries_; // how many of the steps `after` binds
};

/// Something that a step can run after, in each of the ways to say it.
class dependency {
public:
  dependency(const char* name) : name_(name) {}

  dependency(std::string_view name) : name_(name) {}

  dependency(const std::string& name) : name_(name) {}

  dependency(const sync_point& x) : process_(x.process_), steps_(x.steps_) {}

  dependency(const step_definition& x);

private:
  friend class process_definition;

  std::string name_; // empty if `steps_` says it
  const process_definition* process_ = nullptr;
  std::vector<step_index> steps_;
};

/// A step of a process, while it is being defined. Lives as long as its
/// process; its functions change it and give it back, so that calls chain.
class step_definition : public step_settings<step_definition> {
public:
  step_definition(process_definition& process, step_index index,
                  std::string name, step_body body);

  step_definition(const step_definition&) = delete;
  step_definition& operator=(const step_definition&) = delete;

  const std::string& name() const noexcept {
    return name_;
  }

  /// Makes this step run after `xs`: names, sync points or steps. Throws
  /// definition_error for an unknown step and for one that closes a cycle.
  template <class... Ts>
  step_definition& after(const Ts&... xs) {
    return add_dependencies({xs...});
  }

  template <auto... Functions>
    requires(sizeof...(Functions) > 0)
  step_definition& after() {
    return after(function_name<Functions>()...);
  }

  /// Defines a step that runs after this one, and gives it.
  template <auto Function>
  step_definition& next() {
    return next(std::string{function_name<Function>()}, Function);
  }

  template <step_doable F>
  step_definition& next(std::string name, F f) {
    return define_next(std::move(name), make_step_body(std::move(f)));
  }

  /// Defines a step that runs after the same steps as this one, and gives it.
  template <auto Function>
  step_definition& same() {
    return same(std::string{function_name<Function>()}, Function);
  }

  template <step_doable F>
  step_definition& same(std::string name, F f) {
    return define_same(std::move(name), make_step_body(std::move(f)));
  }

  /// Makes `get(key)` read what one ancestor set, whatever others set under
  /// that key. Throws definition_error if `step` is no ancestor of this step.
  step_definition& restrict(std::string key, std::string_view step);

  /// The same for several pairs of key and step.
  step_definition& restrict(
    std::initializer_list<std::pair<std::string, std::string_view>> xs);

  // -- where it runs ----------------------------------------------------------

  /// Has the step's function run on a worker with this label, which follows the
  /// rules for names; conditions and callbacks stay at the engine. Throws
  /// definition_error for a bad label, and if an actor does the step.
  step_definition& on(std::string label);

  /// Names the keys of the context whose values a step takes along that is not
  /// done by the engine itself; it does not see others. Without it, the step
  /// takes along all that are visible to it. Results of the steps that it runs
  /// after come along in any case. If the engine itself runs the step, the
  /// first start of a run throws definition_error, since it sees all its
  /// context.
  template <std::convertible_to<std::string>... Keys>
  step_definition& reads(Keys... keys) {
    return take_along({std::string{std::move(keys)}...});
  }

  // -- conditions -------------------------------------------------------------
  //
  // A step whose conditions are not met when it would start is skipped, and
  // what depends on it runs all the same. The conditions must all hold; `or_`
  // begins an alternative to those before it. They read what the step's `get`
  // would. Numbers compare by value, whatever their types, those with a
  // fraction with a tolerance of 1e-9; points in time compare by time; values
  // of other types must be of the wanted type to be compared with its `==` or
  // `<`. What cannot be compared, and a missing key, is false, and true for
  // `neq`. A comparison or predicate that throws is false, and an event.

  template <equatable T>
  step_definition& eq(std::string key, const T& x) {
    return compare(comparison::eq, std::move(key), x);
  }

  template <equatable T>
  step_definition& neq(std::string key, const T& x) {
    return compare(comparison::neq, std::move(key), x);
  }

  template <orderable T>
  step_definition& gt(std::string key, const T& x) {
    return compare(comparison::gt, std::move(key), x);
  }

  template <orderable T>
  step_definition& gte(std::string key, const T& x) {
    return compare(comparison::gte, std::move(key), x);
  }

  template <orderable T>
  step_definition& lt(std::string key, const T& x) {
    return compare(comparison::lt, std::move(key), x);
  }

  template <orderable T>
  step_definition& lte(std::string key, const T& x) {
    return compare(comparison::lte, std::move(key), x);
  }

  /// Asks a function, which runs where the step would.
  template <std::predicate<step&> F>
  step_definition& if_(F f) {
    require_callable(f, "condition");
    require_unsealed();
    condition_.add(std::move(f));
    return *this;
  }

  /// Throws definition_error if there is no condition before it; if there is
  /// none after it, the first start of a run throws that.
  step_definition& or_();

  /// When the conditions are not met, also skips what runs after this step,
  /// directly or not, but for the steps named and what is reached through them
  /// only. The first start of a run throws definition_error if one of them
  /// does not run after this step.
  template <std::convertible_to<std::string>... Names>
  step_definition& skip_with_dependents(Names... except) {
    return skip_all_but({std::string{std::move(except)}...});
  }

private:
  friend class dependency;
  friend class process_definition;
  friend class step_settings<step_definition>;

  template <class T>
  step_definition& compare(comparison what, std::string key, const T& x) {
    require_unsealed();
    using wanted_type = detail::compared_as_t<T>;
    condition_.add(std::move(key), what == comparison::neq,
                   [what, wanted = wanted_type(x)](const value& held) {
                     return compares(what, held, wanted);
                   });
    return *this;
  }

  step_definition& take_along(std::vector<std::string> keys);
  step_definition& skip_all_but(std::vector<std::string> names);

  /// Takes in what another definition of a step of this name says, whose
  /// process numbers its steps differently.
  void merge(const step_definition& other,
             const std::vector<step_index>& numbers);

  void require_unsealed() const;
  step_definition& add_dependencies(const std::vector<dependency>& xs);
  step_definition& define_next(std::string name, step_body x);
  step_definition& define_same(std::string name, step_body x);

  process_definition* process_;
  step_index index_;
  std::string name_;
  step_body body_;
  std::vector<std::pair<std::string, step_index>> restrictions_;
  condition condition_;
  std::vector<condition> merged_conditions_;
  settings merged_settings_;
  std::optional<std::vector<std::string>> skipped_but_; // none: not skipped
  bool merged_in_ = false; // and may therefore be defined once more
};

} // namespace lightflow
