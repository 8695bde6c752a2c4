// SPDX-License-Identifier: MIT
#include "definition.hpp"

#include "work.hpp"

#include "lightflow/core/flow.hpp"
#include "lightflow/core/process.hpp"
#include "lightflow/core/step.hpp"

#include <chrono>
#include <stdexcept>
#include <type_traits>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

using namespace std::chrono_literals;

/// Longer than the time of a step or process, which is longer than all that it
/// does if nothing hangs.
constexpr auto long_for_step = 13h;
constexpr auto step_time = 12h;
constexpr auto long_for_process = 72h;
constexpr auto process_time = 48h;

/// Counts in the context of a unit how often it failed, until that is enough.
template <class Unit>
bool fails_once_more(Unit& self, const std::string& name, unsigned times) {
  auto key = fmt::format("failures of {} in {}", name, self.name());
  auto failures = self.template get<unsigned>(key).value_or(0);
  if (failures >= times)
    return false;
  self.set(key, failures + 1);
  return true;
}

// -- steps --------------------------------------------------------------------

result<int> use_resource(step& self) {
  auto attached = self.attach("resource", resource_entity / 2);
  if (!attached)
    return attached.reason();
  return (*attached)->entity<int>();
}

std::vector<int> see(const step_spec& spec, step& self) {
  std::vector<int> result;
  for (auto& name : spec.reads)
    result.push_back(self.result<int>(name).value_or(nothing_seen));
  for (auto& key : shared_keys)
    result.push_back(self.get<int>(key).value_or(nothing_seen));
  return result;
}

result<int> work(const step_spec& spec, surroundings& world, step& self) {
  if (world.suspensions() < spec.hangs)
    world.take(spec.hangs_process ? long_for_process : long_for_step);
  else if (spec.minutes > 0)
    world.take(std::chrono::minutes{spec.minutes});
  if (fails_once_more(self, "the function", spec.failures)) {
    if (spec.throws)
      throw std::runtime_error("not yet");
    return fail("not yet");
  }
  auto seen = see(spec, self);
  if (spec.attaches) {
    auto entity = use_resource(self);
    if (!entity)
      return entity;
    seen.push_back(*entity);
  }
  auto result = work_result(spec.name, seen);
  for (std::size_t i = 0; i < spec.sets.size(); ++i)
    self.set(spec.sets[i], work_value(result, i));
  return result;
}

void compare(step_definition& to, const comparison_spec& x) {
  switch (x.how) {
  case '=':
    to.eq(x.key, x.than);
    break;
  case '!':
    to.neq(x.key, x.than);
    break;
  case '<':
    to.lt(x.key, x.than);
    break;
  default:
    to.gt(x.key, x.than);
  }
}

void add_condition(step_definition& to, const condition_spec& x) {
  for (auto& all : x) {
    if (&all != &x.front())
      to.or_();
    for (auto& y : all)
      compare(to, y);
  }
}

void configure(step_definition& to, const step_spec& spec) {
  for (auto& x : spec.conditions)
    add_condition(to, x);
  for (auto& [key, step] : spec.restrictions)
    to.restrict(key, step);
  if (spec.retries)
    to.retry(*spec.retries, spec.minutes * 10s);
  if (spec.hangs > 0 && !spec.hangs_process)
    to.step_timeout(step_time);
  if (!spec.label.empty())
    to.on(spec.label);
}

void skip_dependents(step_definition& to, const step_spec& spec) {
  if (!spec.skips_dependents)
    return;
  if (spec.never_skipped.empty())
    to.skip_with_dependents();
  else
    to.skip_with_dependents(spec.never_skipped.front());
}

void add_steps(const process_spec& spec, surroundings& world,
               process_definition& to) {
  for (auto& x : spec.steps) {
    auto& step = to.step(
      x.name, [&](lightflow::step& self) { return work(x, world, self); });
    for (auto& name : x.after)
      step.after(name);
    configure(step, x);
    skip_dependents(step, x);
  }
}

// -- callbacks ----------------------------------------------------------------

template <class Unit>
auto callback(const callback_spec& spec) {
  return [&spec](Unit& self) -> result<bool> {
    if (spec.must ? fails_once_more(self, spec.key, spec.failures)
                  : spec.failures > 0)
      return fail("callback fails");
    self.set(spec.key, 1);
    return !spec.ends_scope;
  };
}

template <class Unit>
void narrow(callback_definition<Unit> x, const callback_spec& spec) {
  if (!spec.only_for.empty())
    x.only_for(spec.only_for);
  if (spec.only_if_failed)
    x.when(status::failed);
}

/// Defines it with one of two functions of its owner.
template <class Unit, class Before, class After>
void define_callback(const callback_spec& x, Before before, After after) {
  auto define = [&](auto on) {
    auto f = callback<Unit>(x);
    narrow(x.must ? on(must, f) : on(f), x);
  };
  if (x.is_after)
    define(after);
  else
    define(before);
}

template <class Owner>
void add_callback(const callback_spec& x, Owner& to) {
  if (x.unit == callback_unit::step)
    define_callback<step>(
      x, [&](auto... xs) { return to.before_step(xs...); },
      [&](auto... xs) { return to.after_step(xs...); });
  else if (x.unit == callback_unit::process)
    define_callback<process>(
      x, [&](auto... xs) { return to.before_process(xs...); },
      [&](auto... xs) { return to.after_process(xs...); });
  else if constexpr (!std::is_same_v<Owner, process_definition>)
    define_callback<flow>(
      x, [&](auto... xs) { return to.before_flow(xs...); },
      [&](auto... xs) { return to.after_flow(xs...); });
}

std::string spec_name(const process_definition& x) {
  return x.name();
}

/// Only callbacks of processes name their owner.
template <class Owner>
std::string spec_name(const Owner&) {
  return {};
}

/// Those of one owner.
template <class Owner>
void add_callbacks(const flow_spec& flow, callback_level level, Owner& to) {
  for (auto& x : flow.callbacks)
    if (x.level == level && (x.process.empty() || x.process == spec_name(to)))
      add_callback(x, to);
}

void add_process(const flow_spec& flow, const process_spec& spec,
                 surroundings& world, flow_definition& to) {
  auto& process = to.process(spec.name);
  add_steps(spec, world, process);
  if (spec.retries)
    process.retry(*spec.retries);
  process.parallelism(spec.parallelism);
  for (auto& x : spec.steps)
    if (x.hangs_process)
      process.process_timeout(process_time);
  if (spec.merges)
    process.merge(flow.base.name);
  add_callbacks(flow, callback_level::process, process);
}

void add_resource(surroundings& world, catalog& to) {
  to.resource("resource")
    .on_initialize([&](resource&, const value& half) {
      ++world.open;
      return 2 * half.as<int>();
    })
    .on_suspend([](resource& self) { self.put("kept", self.entity<int>()); })
    .on_recover([&](resource& self) {
      ++world.open;
      self.update(*self.fetch<int>("kept"));
    })
    .on_release([&](resource&) { --world.open; });
}

} // namespace

void define(const flow_spec& spec, surroundings& world, catalog& to) {
  add_resource(world, to);
  add_steps(spec.base, world, to.flow("base_flow").process(spec.base.name));
  auto& flow = to.flow("flow").recoverable();
  flow.durability(spec.is_synced ? durability::sync : durability::process);
  for (auto& x : spec.processes)
    add_process(spec, x, world, flow);
  add_callbacks(spec, callback_level::flow, flow);
  add_callbacks(spec, callback_level::defaults, to.defaults());
  to.defaults().step_timeout(-1s).process_timeout(-1s);
}

} // namespace lightflow::tests
