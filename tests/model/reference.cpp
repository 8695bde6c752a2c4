// SPDX-License-Identifier: MIT
#include "reference.hpp"

#include "work.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

constexpr auto has_not_run = status::cancelled;

const std::string flow_name = "flow";

bool is_normal(status x) {
  return x == status::success || x == status::skipped;
}

bool contains(const std::vector<std::string>& xs, const std::string& x) {
  return std::find(xs.begin(), xs.end(), x) != xs.end();
}

const int* find_in(const std::map<std::string, int>& xs,
                   const std::string& key) {
  auto found = xs.find(key);
  return found != xs.end() ? &found->second : nullptr;
}

} // namespace

// -- the definition -----------------------------------------------------------

reference::reference(const flow_spec& flow) : flow_(flow) {
  processes_.reserve(flow.processes.size()); // they refer to themselves
  for (auto& x : flow.processes)
    make_process(x);
}

void reference::make_process(const process_spec& x) {
  auto& self = processes_.emplace_back();
  self.spec = &x;
  self.specs = x.steps;
  if (x.merges)
    merge_base(self);
  for (auto& step : self.specs) {
    if (!step.retries)
      step.retries = x.retries;
    self.steps.emplace_back().spec = &step;
  }
  if (x.merges) // what was merged comes after the process's own word
    for (auto& step : self.specs)
      for (auto& theirs : flow_.base.steps)
        if (theirs.name == step.name && !step.retries)
          step.retries = theirs.retries;
  link(self);
}

/// A step in both keeps its function.
void reference::merge_base(process_state& to) const {
  for (auto& theirs : flow_.base.steps) {
    auto ours = std::find_if(to.specs.begin(), to.specs.end(),
                             [&](auto& x) { return x.name == theirs.name; });
    if (ours == to.specs.end()) {
      to.specs.push_back(theirs);
      to.specs.back().retries.reset();
      continue;
    }
    for (auto& x : theirs.after)
      if (!contains(ours->after, x))
        ours->after.push_back(x);
    ours->conditions.insert(ours->conditions.end(), theirs.conditions.begin(),
                            theirs.conditions.end());
    ours->restrictions.insert(theirs.restrictions.begin(),
                              theirs.restrictions.end());
    ours->skips_dependents |= theirs.skips_dependents;
  }
}

/// Of those that could come next, the one defined first comes first.
void reference::link(process_state& x) const {
  auto index_of = [&](const std::string& name) {
    auto found = std::find_if(x.specs.begin(), x.specs.end(),
                              [&](auto& y) { return y.name == name; });
    return static_cast<std::size_t>(found - x.specs.begin());
  };
  for (auto& step : x.steps)
    for (auto& name : step.spec->after)
      step.after.push_back(index_of(name));
  std::set<std::size_t> placed;
  auto is_next = [&](std::size_t i) {
    auto& after = x.steps[i].after;
    return !placed.contains(i)
           && std::all_of(after.begin(), after.end(),
                          [&](auto y) { return placed.contains(y); });
  };
  while (x.order.size() < x.steps.size())
    for (std::size_t i = 0; i < x.steps.size(); ++i)
      if (is_next(i)) {
        for (auto y : x.steps[i].after) {
          x.steps[i].ancestors.insert(y);
          x.steps[i].ancestors.insert(x.steps[y].ancestors.begin(),
                                      x.steps[y].ancestors.end());
        }
        placed.insert(i);
        x.order.push_back(i);
        break;
      }
}

// -- a run --------------------------------------------------------------------

void reference::go_on() {
  if (!has_begun_) {
    before_ = call_callbacks(
      {callback_unit::flow, flow_name, flow_name, false, own_}, false, before_);
    has_begun_ = !before_;
    prepared_ = own_;
  }
  state_ = status::success;
  for (auto& x : processes_) {
    if (x.state == status::success)
      continue;
    if (has_begun_)
      run(x);
    else
      cancel(x);
    if (x.state != status::success)
      state_ = status::failed;
  }
  if (!has_begun_)
    state_ = status::failed | status::callback_failed;
  else if (call_callbacks({callback_unit::flow, flow_name, flow_name,
                           state_ != status::success, own_},
                          true))
    state_ = status::failed | status::callback_failed;
  if (state_ != status::success)
    ++suspensions_;
}

void reference::cancel(process_state& x) {
  x.state = has_not_run;
  for (auto& step : x.steps)
    if (!is_normal(step.state))
      step.state = has_not_run;
}

void reference::run(process_state& x) {
  auto& name = x.spec->name;
  if (!x.has_begun) {
    x.before = call_callbacks(
      {callback_unit::process, name, name, false, x.own}, false, x.before);
    x.has_begun = !x.before;
  }
  if (!x.has_begun) {
    cancel(x);
    x.state = status::failed | status::callback_failed;
    return;
  }
  run_steps(x);
  auto is_well = std::all_of(x.steps.begin(), x.steps.end(),
                             [](auto& y) { return is_normal(y.state); });
  x.state = is_well ? status::success : status::failed;
  if (std::exchange(x.timed_out, false))
    x.state.add(status::timed_out);
  if (call_callbacks({callback_unit::process, name, name, !is_well, x.own},
                     true))
    x.state.remove(status::success)
      .add(status::failed | status::callback_failed);
}

void reference::run_steps(process_state& x) {
  for (auto& step : x.steps)
    if (!is_normal(step.state))
      step.state = status::pending;
  for (auto i : x.order)
    run(x, i);
}

void reference::run(process_state& x, std::size_t i) {
  auto& step = x.steps[i];
  auto& after = step.after;
  auto can_run = std::all_of(after.begin(), after.end(), [&](auto y) {
    return is_normal(x.steps[y].state) && !x.steps[y].follows_failure;
  });
  step.follows_failure = is_normal(step.state) && !can_run;
  if (is_normal(step.state)) {
    depends_on_chance_ |= !can_run; // it may have been cancelled before
  } else if (!can_run) {
    step.state = has_not_run;
  } else if (!meets_conditions(x, step)) {
    skip(x, i);
  } else {
    attempt(x, step);
  }
}

bool reference::meets_conditions(const process_state& x, step_state& step) {
  auto& all = step.spec->conditions;
  step.meets_conditions = step.meets_conditions
                          || std::all_of(all.begin(), all.end(), [&](auto& y) {
                               return holds(x, step, y);
                             });
  return step.meets_conditions;
}

/// What is set in an attempt that times out, and after it, is lost.
void reference::attempt(process_state& x, step_state& step) {
  auto before = step;
  auto failures_before = callback_failures_;
  if (!begin(x, step))
    return;
  call(x, step);
  auto is_late = step.state == status::timed_out;
  conclude(x, step);
  if (!is_late)
    return;
  before.state = step.state;
  step = std::move(before);
  callback_failures_ = std::move(failures_before);
}

/// Calls the callbacks before a step. Gives whether its function may run.
bool reference::begin(process_state& x, step_state& step) {
  if (!step.has_begun) {
    step.before = call_callbacks(
      {callback_unit::step, x.spec->name, step.spec->name, false, step.own},
      false, step.before);
    step.has_begun = !step.before;
  }
  if (!step.has_begun)
    step.state = status::cancelled | status::callback_failed;
  return step.has_begun;
}

void reference::call(process_state& x, step_state& step) {
  auto& spec = *step.spec;
  if (step.after_success) {
    step.state = status::success;
    return;
  }
  if (suspensions_ < spec.hangs) {
    step.state = status::timed_out;
    x.timed_out = spec.hangs_process;
    return;
  }
  auto attempts = 1 + spec.retries.value_or(0);
  if (step.failures + attempts <= spec.failures) {
    step.failures += attempts;
    step.state = spec.throws ? status::panicked : status::error;
    return;
  }
  step.failures = std::max(step.failures, spec.failures);
  std::vector<int> seen;
  for (auto& name : spec.reads)
    for (auto& y : x.steps)
      if (y.spec->name == name)
        seen.push_back(y.result.value_or(nothing_seen));
  for (auto& key : shared_keys) {
    auto found = find(x, step, key);
    seen.push_back(found != nullptr ? *found : nothing_seen);
  }
  if (spec.attaches)
    seen.push_back(resource_entity);
  step.result = work_result(spec.name, seen);
  for (std::size_t i = 0; i < spec.sets.size(); ++i)
    step.own[spec.sets[i]] = work_value(*step.result, i);
  step.state = status::success;
}

void reference::conclude(process_state& x, step_state& step) {
  auto succeeded = step.state == status::success;
  auto failed = call_callbacks(
    {callback_unit::step, x.spec->name, step.spec->name, !succeeded, step.own},
    true, step.after_success);
  step.after_success = succeeded ? failed : std::nullopt;
  if (!failed)
    return;
  if (succeeded)
    step.state = status::callback_failed;
  else
    step.state.add(status::callback_failed);
}

void reference::skip(process_state& x, std::size_t i) {
  x.steps[i].state = status::skipped;
  if (!x.steps[i].spec->skips_dependents)
    return;
  std::set<std::size_t> reached{i};
  for (auto y : x.order) {
    auto& step = x.steps[y];
    auto is_reached = std::any_of(step.after.begin(), step.after.end(),
                                  [&](auto z) { return reached.contains(z); });
    if (is_reached
        && !contains(x.steps[i].spec->never_skipped, step.spec->name)) {
      reached.insert(y);
      step.state = status::skipped;
    }
  }
}

// -- callbacks ----------------------------------------------------------------

/// Gives the one that must succeed and did not.
///
/// @param from the one to go on with
reference::breakpoint reference::call_callbacks(const unit& x, bool after,
                                                breakpoint from) {
  for (auto level : {callback_level::defaults, callback_level::flow,
                     callback_level::process}) {
    if (from && level < flow_.callbacks[*from].level)
      continue;
    for (std::size_t i = 0; i < flow_.callbacks.size(); ++i) {
      auto& callback = flow_.callbacks[i];
      auto is_passed
        = from && level == flow_.callbacks[*from].level && i < *from;
      if (callback.level != level || is_passed || !applies(callback, x, after))
        continue;
      if (callback.must) {
        auto& failures = callback_failures_[{i, &x.own}];
        if (failures < callback.failures) {
          ++failures;
          return i;
        }
      } else if (callback.failures > 0) {
        break;
      }
      x.own[callback.key] = 1;
      if (callback.ends_scope)
        break;
    }
  }
  return std::nullopt;
}

bool reference::applies(const callback_spec& x, const unit& to,
                        bool after) const {
  return x.unit == to.kind && x.is_after == after
         && (x.level != callback_level::process || x.process == to.process)
         && (x.only_for.empty() || x.only_for == to.name)
         && (!x.only_if_failed || to.has_failed);
}

// -- context ------------------------------------------------------------------

/// What a step sees; null if that is nothing.
const int* reference::find(const process_state& x, const step_state& step,
                           const std::string& key) const {
  if (auto own = find_in(step.own, key))
    return own;
  auto restricted = step.spec->restrictions.find(key);
  for (auto i = x.order.rbegin(); i != x.order.rend(); ++i) {
    auto& other = x.steps[*i];
    auto counts = restricted == step.spec->restrictions.end()
                    ? step.ancestors.contains(*i)
                    : other.spec->name == restricted->second;
    if (auto found = find_in(other.own, key); counts && found != nullptr)
      return found;
  }
  auto found = find_in(x.own, key);
  return found != nullptr ? found : find_in(prepared_, key);
}

/// What a process sees.
const int* reference::find(const process_state& x,
                           const std::string& key) const {
  if (auto own = find_in(x.own, key))
    return own;
  for (auto i = x.order.rbegin(); i != x.order.rend(); ++i)
    if (auto found = find_in(x.steps[*i].own, key))
      return found;
  return find_in(prepared_, key);
}

bool reference::holds(const process_state& x, const step_state& step,
                      const condition_spec& condition) const {
  return std::any_of(condition.begin(), condition.end(), [&](auto& all) {
    return std::all_of(all.begin(), all.end(),
                       [&](auto& y) { return holds(x, step, y); });
  });
}

bool reference::holds(const process_state& x, const step_state& step,
                      const comparison_spec& comparison) const {
  auto found = find(x, step, comparison.key);
  if (found == nullptr)
    return comparison.how == '!';
  switch (comparison.how) {
  case '=':
    return *found == comparison.than;
  case '!':
    return *found != comparison.than;
  case '<':
    return *found < comparison.than;
  default:
    return *found > comparison.than;
  }
}

// -- how it ended -------------------------------------------------------------

std::string reference::outcome(const std::vector<std::string>& keys) const {
  std::string result;
  auto add = [&](const std::string& name, status state, auto find) {
    result += fmt::format("{}: {}\n", name, to_string(state));
    for (auto& key : keys)
      if (const int* found = find(key))
        result += fmt::format("{}: {} = {}\n", name, key, *found);
  };
  auto at_end
    = [](status x) { return x == status::success ? x : x | status::suspended; };
  add(flow_name, at_end(state_), [&](auto& key) { return find_in(own_, key); });
  for (auto& x : processes_) {
    add(x.spec->name, at_end(x.state), [&](auto& key) { return find(x, key); });
    for (auto& step : x.steps) {
      auto name = x.spec->name + '/' + step.spec->name;
      add(name, step.state, [&](auto& key) { return find_in(step.own, key); });
      if (step.result)
        result += fmt::format("{} returned {}\n", name, *step.result);
    }
  }
  return result;
}

} // namespace lightflow::tests
