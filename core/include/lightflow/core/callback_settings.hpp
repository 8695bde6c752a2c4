// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/callback.hpp"

#include <utility>

namespace lightflow {

/// All callbacks that one definition has.
struct scope_callbacks {
  open_chain<flow> before_flow;
  open_chain<flow> after_flow;
  open_chain<process> before_process;
  open_chain<process> after_process;
  open_chain<step> before_step;
  open_chain<step> after_step;

  void seal() {
    before_flow.sealed = after_flow.sealed = true;
    before_process.sealed = after_process.sealed = true;
    before_step.sealed = after_step.sealed = true;
  }
};

/// What a sealed definition keeps of the chains of one kind, by scope. A scope
/// that has no say is null.
template <class Unit>
callback_chains<Unit>
plan_chains(open_chain<Unit> scope_callbacks::*kind,
            std::array<const scope_callbacks*, 3> scopes) {
  callback_chains<Unit> result;
  for (std::size_t i = 0; i < scopes.size(); ++i)
    if (scopes[i] != nullptr && !(scopes[i]->*kind).rules.empty())
      result.by_scope[i] = std::make_shared<const callback_chain<Unit>>(
        (scopes[i]->*kind).rules);
  return result;
}

/// The setters of callbacks that processes, flows and defaults have in common.
/// They run on threads of the engine, several at once, and may block.
/// Those given `must` have to come before the others of their kind; an empty
/// function is refused; both with definition_error.
template <class Derived>
class process_callbacks {
public:
  /// Runs before each step, once however often that is retried; again if the
  /// step is brought back after its first attempt was cut off or timed out.
  template <callback_callable<step> F>
  callback_definition<step> before_step(F f) {
    return define(callbacks_.before_step, false, std::move(f));
  }

  /// If it fails, the step does not run, and is cancelled.
  template <callback_callable<step> F>
  callback_definition<step> before_step(must_t, F f) {
    return define(callbacks_.before_step, true, std::move(f));
  }

  /// Runs after each step that ran, however it ended, before what depends on
  /// it starts.
  template <callback_callable<step> F>
  callback_definition<step> after_step(F f) {
    return define(callbacks_.after_step, false, std::move(f));
  }

  /// If it fails, the step has failed.
  template <callback_callable<step> F>
  callback_definition<step> after_step(must_t, F f) {
    return define(callbacks_.after_step, true, std::move(f));
  }

  /// Runs before the first step of each process.
  template <callback_callable<process> F>
  callback_definition<process> before_process(F f) {
    return define(callbacks_.before_process, false, std::move(f));
  }

  /// If it fails, no step of the process runs.
  template <callback_callable<process> F>
  callback_definition<process> before_process(must_t, F f) {
    return define(callbacks_.before_process, true, std::move(f));
  }

  /// Runs after the last step of each process, however they ended.
  template <callback_callable<process> F>
  callback_definition<process> after_process(F f) {
    return define(callbacks_.after_process, false, std::move(f));
  }

  /// If it fails, the process has failed.
  template <callback_callable<process> F>
  callback_definition<process> after_process(must_t, F f) {
    return define(callbacks_.after_process, true, std::move(f));
  }

protected:
  ~process_callbacks() = default;

  template <class Unit, class F>
  callback_definition<Unit> define(open_chain<Unit>& chain, bool required,
                                   F f) {
    static_cast<Derived&>(*this).require_unsealed();
    callback_rule<Unit> rule;
    rule.function = make_callback_function<Unit>(std::move(f));
    rule.required = required;
    chain.add(std::move(rule));
    return {chain, chain.rules.size() - 1};
  }

  scope_callbacks callbacks_;
};

/// Those that flows and defaults have beyond these.
template <class Derived>
class flow_callbacks : public process_callbacks<Derived> {
public:
  /// Runs before the processes start.
  template <callback_callable<flow> F>
  callback_definition<flow> before_flow(F f) {
    return this->define(this->callbacks_.before_flow, false, std::move(f));
  }

  /// If it fails, no process runs.
  template <callback_callable<flow> F>
  callback_definition<flow> before_flow(must_t, F f) {
    return this->define(this->callbacks_.before_flow, true, std::move(f));
  }

  /// Runs after the last process, however they ended.
  template <callback_callable<flow> F>
  callback_definition<flow> after_flow(F f) {
    return this->define(this->callbacks_.after_flow, false, std::move(f));
  }

  /// If it fails, the run has failed.
  template <callback_callable<flow> F>
  callback_definition<flow> after_flow(must_t, F f) {
    return this->define(this->callbacks_.after_flow, true, std::move(f));
  }

protected:
  ~flow_callbacks() = default;
};

} // namespace lightflow
