// SPDX-License-Identifier: MIT
#include "batch_reader.hpp"

#include "lightflow/core/plan.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

/// What all kinds of records may tell of themselves.
template <class Event>
std::string details(const Event& x) {
  std::string result;
  if constexpr (requires { x.attempt; })
    result += fmt::format(" attempt {}", x.attempt);
  if constexpr (requires { x.outcome; })
    result += ' ' + to_string(x.outcome);
  if constexpr (requires { x.flags; })
    if (x.flags != status{})
      result += ' ' + to_string(x.flags);
  if constexpr (requires { x.error; })
    if (!x.error.empty())
      result += fmt::format(" ({})", x.error);
  return result;
}

std::string unit_name(const flow_plan& plan, const process_record& x) {
  auto& process = *plan.processes.at(x.process);
  return std::visit(
    [&](auto& event) {
      if constexpr (requires { event.step; })
        return process.name + '/' + process.steps.at(event.step).name;
      else
        return process.name;
    },
    x.event);
}

std::string words(const flow_plan& plan, const journal_record& x) {
  auto what = std::string{kind_of(x)};
  if (auto of_process = std::get_if<process_record>(&x))
    return what + ' ' + unit_name(plan, *of_process)
           + std::visit([](auto& e) { return details(e); }, of_process->event);
  if (auto of_run = std::get_if<run_event>(&x))
    return what + std::visit([](auto& e) { return details(e); }, *of_run);
  return what + ' ' + plan.name;
}

} // namespace

std::string batch_reader::describe(const journal_batch& batch,
                                   const journal& kept) const {
  std::string result;
  auto add
    = [&](const std::string& x) { result += (result.empty() ? "" : ", ") + x; };
  for (auto& run : batch.erased)
    add("forgets " + run);
  for (auto& x : batch.records)
    if (auto plan = plan_of(x.run, batch, kept))
      add(words(*plan, codec_.decode(x.run, x.bytes)));
  for (auto& x : batch.summaries)
    if (x.condition != run_condition::running)
      add(fmt::format("{} is {}", x.id, to_string(x.condition)));
  return result;
}

std::vector<std::string> batch_reader::succeeded(const journal_batch& batch,
                                                 const journal& kept) const {
  std::vector<std::string> result;
  for (auto& x : batch.records) {
    auto plan = plan_of(x.run, batch, kept);
    auto record = codec_.decode(x.run, x.bytes);
    auto of_process = std::get_if<process_record>(&record);
    auto finished = plan != nullptr && of_process != nullptr
                      ? std::get_if<step_finished>(&of_process->event)
                      : nullptr;
    if (finished != nullptr && finished->outcome.has(status::success))
      result.push_back(x.run + '/' + unit_name(*plan, *of_process));
  }
  return result;
}

/// Null if the catalog does not have it.
std::shared_ptr<const flow_plan>
batch_reader::plan_of(const std::string& run, const journal_batch& batch,
                      const journal& kept) const {
  auto& fresh = batch.summaries;
  auto summary = std::find_if(fresh.begin(), fresh.end(),
                              [&](auto& x) { return x.id == run; });
  if (summary != fresh.end())
    return flows_.plan(summary->flow);
  auto found = kept.find(run);
  return found ? flows_.plan(found->flow) : nullptr;
}

} // namespace lightflow::testing
