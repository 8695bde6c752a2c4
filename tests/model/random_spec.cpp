// SPDX-License-Identifier: MIT
#include "random_spec.hpp"

#include "../../testing/src/dice.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

using testing::dice;

class generator {
public:
  explicit generator(std::uint64_t seed) : dice_(seed) {}

  flow_spec flow() {
    flow_spec result;
    result.is_synced = one_in(2);
    result.has_workers = one_in(3);
    has_workers_ = result.has_workers;
    result.base = base();
    for (auto n = 1 + dice_.below(2); n > 0; --n)
      result.processes.push_back(
        process(fmt::format("p{}", result.processes.size()), result.base));
    for (auto n = dice_.below(7); n > 0; --n)
      add_callback(result);
    return result;
  }

private:
  bool one_in(std::size_t n) {
    return dice_.below(n) == 0;
  }

  const std::string& some_key() {
    return shared_keys[dice_.below(shared_keys.size())];
  }

  process_spec base() {
    process_spec result{.name = "base"};
    for (auto n = dice_.below(4); n > 0; --n)
      result.steps.push_back(
        plain_step(fmt::format("t{}", result.steps.size()), result));
    return result;
  }

  process_spec process(std::string name, const process_spec& base) {
    process_spec result{.name = std::move(name)};
    if (one_in(3))
      result.retries = dice_.below(3);
    result.parallelism = one_in(3) ? 1 + dice_.below(3) : 0;
    result.merges = !base.steps.empty() && one_in(3);
    for (auto n = 1 + dice_.below(9); n > 0; --n)
      result.steps.push_back(
        step(fmt::format("s{}", result.steps.size()), result));
    if (!result.merges && !hangs_process_ && one_in(8))
      result.steps.push_back(last_step(result));
    if (result.merges && one_in(2)) // it is in both then
      result.steps.push_back(
        step(base.steps[dice_.below(base.steps.size())].name, result));
    return result;
  }

  /// What steps of the base have, too: nothing that a step in both processes
  /// must have from the same.
  step_spec plain_step(std::string name, const process_spec& owner) {
    step_spec result{.name = std::move(name)};
    for (auto n = dice_.below(4); n > 0 && !owner.steps.empty(); --n)
      add_unique(result.after, any_of(owner).name);
    result.reads = result.after;
    for (auto n = dice_.below(3); n > 0; --n)
      add_unique(result.sets, some_key());
    if (one_in(4))
      result.conditions.push_back(condition());
    if (!result.conditions.empty() && one_in(2))
      result.skips_dependents = true;
    if (!result.after.empty() && one_in(5))
      result.restrictions.emplace(some_key(), result.after[0]);
    if (one_in(4))
      result.retries = dice_.below(3);
    if (one_in(5))
      result.failures = 1 + dice_.below(3);
    result.throws = one_in(3);
    result.minutes = one_in(3) ? static_cast<int>(dice_.below(10)) : 0;
    return result;
  }

  step_spec step(std::string name, const process_spec& owner) {
    auto result = plain_step(std::move(name), owner);
    result.hangs = one_in(20) ? 1 : 0;
    if (has_workers_ && one_in(2))
      result.label = "label";
    else
      result.attaches = one_in(8);
    return result;
  }

  /// Has its process time out when all other steps that it has now are done.
  /// There is one such in a flow: a function that lets time pass holds up those
  /// that were called before it.
  step_spec last_step(const process_spec& owner) {
    auto result = step(fmt::format("s{}", owner.steps.size()), owner);
    result.hangs = 1;
    result.hangs_process = hangs_process_ = true;
    for (auto& x : owner.steps)
      add_unique(result.after, x.name);
    return result;
  }

  const step_spec& any_of(const process_spec& x) {
    return x.steps[dice_.below(x.steps.size())];
  }

  condition_spec condition() {
    condition_spec result;
    for (auto n = 1 + dice_.below(2); n > 0; --n) {
      auto& all = result.emplace_back();
      for (auto m = 1 + dice_.below(2); m > 0; --m)
        all.push_back({some_key(), "=!<>"[dice_.below(4)],
                       static_cast<int>(dice_.below(10))});
    }
    return result;
  }

  void add_callback(flow_spec& to) {
    auto& process = to.processes[dice_.below(to.processes.size())];
    callback_spec x;
    x.key = fmt::format("c{}", to.callbacks.size());
    x.level = static_cast<callback_level>(dice_.below(3));
    if (x.level == callback_level::process)
      x.process = process.name;
    x.unit = static_cast<callback_unit>(
      dice_.below(x.level == callback_level::process ? 2 : 3)
      + (x.level == callback_level::process ? 1 : 0));
    x.is_after = one_in(2);
    x.must = one_in(2);
    x.failures = one_in(2) ? 1 + dice_.below(2) : 0;
    x.ends_scope = one_in(4);
    if (x.unit == callback_unit::step && !one_in(3))
      x.only_for = any_of(process).name;
    x.only_if_failed = x.is_after && one_in(3);
    to.callbacks.push_back(std::move(x));
  }

  static void add_unique(std::vector<std::string>& to, const std::string& x) {
    if (std::find(to.begin(), to.end(), x) == to.end())
      to.push_back(x);
  }

  dice dice_;
  bool has_workers_ = false;
  bool hangs_process_ = false;
};

/// Those that are kept from being skipped are among the dependents, which are
/// known only now.
void name_exceptions(process_spec& process, std::uint64_t seed) {
  dice chance{seed};
  for (auto& x : process.steps)
    for (auto& dependent : process.steps)
      if (x.skips_dependents && x.never_skipped.empty() && chance.chance(0.3)
          && std::find(dependent.after.begin(), dependent.after.end(), x.name)
               != dependent.after.end())
        x.never_skipped.push_back(dependent.name);
}

} // namespace

flow_spec random_spec(std::uint64_t seed) {
  auto result = generator{seed}.flow();
  for (auto& process : result.processes)
    name_exceptions(process, seed);
  // What must succeed comes first in its chain.
  std::stable_partition(result.callbacks.begin(), result.callbacks.end(),
                        [](auto& x) { return x.must; });
  return result;
}

} // namespace lightflow::tests
