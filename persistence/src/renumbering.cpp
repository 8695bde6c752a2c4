// SPDX-License-Identifier: MIT
#include "lightflow/persistence/renumbering.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include "structure_graph.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_map>
#include <variant>

#include <fmt/format.h>

namespace lightflow {

namespace {

constexpr auto nowhere = static_cast<step_index>(-1);

// -- sentences ----------------------------------------------------------------

/// The first few of some names, and how many more there are.
std::string few(const std::vector<std::string_view>& names) {
  constexpr std::size_t most = 3;
  std::string result;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    result += fmt::format(R"({}"{}")", i == 0 ? "" : ", ", names[i]);
  if (names.size() > most)
    result += fmt::format(" and {} more", names.size() - most);
  return result;
}

// -- one process --------------------------------------------------------------

/// Compares a process with what it is today. That all ancestors are the same
/// follows from each dependency by itself: the two orders are equal if each
/// dependency of one is an ancestor in the other, and the reverse. So only the
/// dependencies that just one of them has are searched for.
class process_comparison {
public:
  process_comparison(const process_structure& old, const process_plan& plan)
      : old_(old), plan_(plan) {}

  /// The number of each step in the plan, or nowhere; adds what is wrong.
  std::vector<step_index> run(std::vector<std::string>& wrong) {
    find_steps();
    for (step_index x = 0; x < old_.steps.size(); ++x) {
      if (to_new_[x] == nowhere)
        wrong.push_back(
          fmt::format(R"(step "{}" is no longer part of process "{}")",
                      old_.steps[x].name, old_.name));
      else {
        compare_dependencies(x, wrong);
        compare_skipping(x, wrong);
      }
    }
    return std::move(to_new_);
  }

private:
  using names = std::vector<std::string_view>;

  void find_steps() {
    to_new_.resize(old_.steps.size(), nowhere);
    to_old_.resize(plan_.steps.size(), nowhere);
    step_index next = 0; // where the step is if nothing came between
    for (step_index x = 0; x < old_.steps.size(); ++x) {
      auto found = find_step(old_.steps[x].name, next);
      if (!found)
        continue;
      to_new_[x] = *found;
      to_old_[*found] = x;
      next = *found + 1;
    }
  }

  std::optional<step_index> find_step(const std::string& name,
                                      step_index guess) const {
    if (guess < plan_.steps.size() && plan_.steps[guess].name == name)
      return guess;
    return plan_.find(name);
  }

  void compare_dependencies(step_index x, std::vector<std::string>& wrong) {
    auto was = known(old_.steps[x].dependencies);
    auto now = sorted(plan_.graph.dependencies(to_new_[x]));
    auto removed = missing_dependencies(x);
    if (was == now && removed.empty())
      return;
    for (auto y : difference(was, now))
      if (!plan_.graph.is_ancestor(y, to_new_[x]))
        removed.push_back(plan_.steps[y].name);
    names added;
    for (auto y : difference(now, was))
      if (!was_ancestor(to_old_[y], x))
        added.push_back(plan_.steps[y].name);
    describe(x, removed, added, wrong);
  }

  /// Which steps were skipped along with another one is in no record: it
  /// follows from the definition.
  void compare_skipping(step_index x, std::vector<std::string>& wrong) {
    auto& was = old_.steps[x];
    auto& now = plan_.steps[to_new_[x]];
    if (was.skips_dependents != now.skips_dependents
        || (now.skips_dependents
            && known(was.never_skipped) != old_ones(now.never_skipped)))
      wrong.push_back(
        fmt::format(R"(step "{}" of process "{}" skips others than it did)",
                    was.name, old_.name));
  }

  /// Of steps of the plan, those that were there before, in ascending order.
  std::vector<step_index> old_ones(std::span<const step_index> xs) const {
    auto result = sorted(xs);
    std::erase_if(result, [this](auto y) { return to_old_[y] == nowhere; });
    return result;
  }

  /// By their numbers in the plan, in ascending order.
  std::vector<step_index> known(std::span<const step_index> old) const {
    std::vector<step_index> result;
    for (auto y : old)
      if (to_new_[y] != nowhere)
        result.push_back(to_new_[y]);
    return sorted(result);
  }

  names missing_dependencies(step_index x) const {
    names result;
    for (auto y : old_.steps[x].dependencies)
      if (to_new_[y] == nowhere)
        result.push_back(old_.steps[y].name);
    return result;
  }

  bool was_ancestor(step_index ancestor, step_index node) {
    if (ancestor == nowhere)
      return false;
    if (!old_graph_)
      old_graph_.emplace(graph_of(old_));
    return old_graph_->is_ancestor(ancestor, node);
  }

  void describe(step_index x, const names& removed, const names& added,
                std::vector<std::string>& wrong) const {
    std::string change;
    if (!removed.empty())
      change = fmt::format("no longer runs after {}", few(removed));
    if (!added.empty())
      change += fmt::format("{}now runs after {}",
                            change.empty() ? "" : " and ", few(added));
    if (!change.empty())
      wrong.push_back(fmt::format(R"(step "{}" of process "{}" {})",
                                  old_.steps[x].name, old_.name, change));
  }

  static std::vector<step_index> sorted(std::span<const step_index> xs) {
    std::vector<step_index> result(xs.begin(), xs.end());
    std::sort(result.begin(), result.end());
    return result;
  }

  static std::vector<step_index> difference(const std::vector<step_index>& xs,
                                            const std::vector<step_index>& ys) {
    std::vector<step_index> result;
    std::set_difference(xs.begin(), xs.end(), ys.begin(), ys.end(),
                        std::back_inserter(result));
    return result;
  }

  const process_structure& old_;
  const process_plan& plan_;
  std::vector<step_index> to_new_;
  std::vector<step_index> to_old_;
  std::optional<topology> old_graph_; // made when first asked
};

/// A number of records that the structure they belong to does not have.
[[noreturn]] void throw_unknown(std::string_view kind, std::uint32_t number,
                                std::size_t count) {
  throw error(error_code::bad_encoding,
              fmt::format("a record is about {0} {1}, but its run was started "
                          "with {2} of them, numbered from 0",
                          kind, number, count));
}

} // namespace

renumbering renumbering::unchanged(const flow_plan& plan) {
  renumbering result;
  for (auto& process : plan.processes) {
    auto number = static_cast<std::uint32_t>(result.processes_.size());
    std::vector<step_index> steps(process->steps.size());
    std::iota(steps.begin(), steps.end(), step_index{0});
    result.processes_.push_back({number, std::move(steps)});
  }
  return result;
}

std::uint32_t renumbering::process(std::uint32_t old) const {
  if (old >= processes_.size())
    throw_unknown("process", old, processes_.size());
  return processes_[old].number;
}

step_index renumbering::step(std::uint32_t old_process, step_index old) const {
  (void)process(old_process); // throws for an unknown one
  auto& steps = processes_[old_process].steps;
  if (old >= steps.size())
    throw_unknown(fmt::format("process {}, step", old_process), old,
                  steps.size());
  return steps[old];
}

void renumbering::apply(process_record& x) const {
  auto change = [&](auto& event) {
    if constexpr (requires { event.step; })
      event.step = step(x.process, event.step);
    if constexpr (requires { event.not_begun; })
      for (auto steps : {&event.not_begun, &event.in_function})
        for (auto& y : *steps)
          y = step(x.process, y);
  };
  std::visit(change, x.event);
  x.process = process(x.process);
}

structure_match structure_match::of(const flow_structure& started_with,
                                    const flow_plan& plan) {
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  for (auto& process : plan.processes)
    numbers.emplace(process->name, static_cast<std::uint32_t>(numbers.size()));
  structure_match result;
  for (auto& old : started_with.processes) {
    auto found = numbers.find(old.name);
    if (found == numbers.end()) {
      result.incompatibilities.push_back(
        fmt::format(R"(process "{}" is no longer part of flow "{}")", old.name,
                    started_with.name));
      continue;
    }
    process_comparison comparison{old, *plan.processes[found->second]};
    result.numbers.processes_.push_back(
      {found->second, comparison.run(result.incompatibilities)});
  }
  return result;
}

} // namespace lightflow
