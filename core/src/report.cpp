// SPDX-License-Identifier: MIT
#include "lightflow/core/report.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"

#include <fmt/format.h>

namespace lightflow {

// -- step_report --------------------------------------------------------------

const process_state& step_report::process() const {
  return *run_->processes[process_];
}

const std::string& step_report::name() const {
  return process().plan().steps[step_].name;
}

std::string step_report::id() const {
  return step_id_of(run_->id, process_name(), name());
}

const std::string& step_report::process_name() const {
  return process().plan().name;
}

std::string step_report::process_id() const {
  return process_id_of(run_->id, process_name());
}

const std::string& step_report::flow_name() const {
  return run_->flow->name;
}

const std::string& step_report::run_id() const {
  return run_->id;
}

std::vector<std::string> step_report::dependencies() const {
  std::vector<std::string> result;
  auto& plan = process().plan();
  for (auto x : plan.graph.dependencies(step_))
    result.push_back(plan.steps[x].name);
  return result;
}

status step_report::state() const {
  return process().step(step_).flags;
}

std::uint32_t step_report::attempt() const {
  return process().step(step_).attempt;
}

time_point step_report::start() const {
  return process().step(step_).start;
}

time_point step_report::end() const {
  return process().step(step_).end;
}

std::string step_report::error() const {
  return process().error_of(step_, id());
}

const value* step_report::find(std::string_view key) const {
  auto output = process().context().output(step_);
  return output != nullptr ? output->context.find(key) : nullptr;
}

const value* step_report::returned() const {
  auto output = process().context().output(step_);
  return output != nullptr && output->result.has_value() ? &output->result
                                                         : nullptr;
}

// -- process_report -----------------------------------------------------------

const process_state& process_report::self() const {
  return *run_->processes[process_];
}

const std::string& process_report::name() const {
  return self().plan().name;
}

std::string process_report::id() const {
  return process_id_of(run_->id, name());
}

const std::string& process_report::flow_name() const {
  return run_->flow->name;
}

const std::string& process_report::run_id() const {
  return run_->id;
}

status process_report::state() const {
  return self().own_status();
}

time_point process_report::start() const {
  return self().start();
}

time_point process_report::end() const {
  return self().end();
}

std::string process_report::error() const {
  return self().own_error(id());
}

const value* process_report::find(std::string_view key) const {
  return self().context().find(key);
}

std::vector<step_report> process_report::steps() const {
  std::vector<step_report> result;
  for (step_index x = 0; x < self().plan().steps.size(); ++x)
    result.emplace_back(run_, process_, x);
  return result;
}

std::vector<step_report> process_report::failed_steps() const {
  std::vector<step_report> result;
  for (step_index x = 0; x < self().plan().steps.size(); ++x)
    if (self().step(x).flags.is_abnormal())
      result.emplace_back(run_, process_, x);
  return result;
}

step_report process_report::step(std::string_view name) const {
  if (auto x = self().plan().find(name))
    return {run_, process_, *x};
  throw lightflow::error(
    error_code::unknown_step,
    fmt::format(R"(process "{}" has no step "{}")", this->name(), name));
}

// -- run_report ---------------------------------------------------------------

const std::string& run_report::name() const {
  return run_->flow->name;
}

const std::string& run_report::id() const {
  return run_->id;
}

status run_report::state() const {
  return run_->own;
}

status run_report::any_status() const {
  auto result = run_->own;
  for (auto& x : run_->processes)
    result.add(x->any_status());
  return result;
}

time_point run_report::start() const {
  return run_->start;
}

time_point run_report::end() const {
  return run_->end;
}

const std::string& run_report::error() const {
  return run_->error;
}

const value* run_report::find(std::string_view key) const {
  return run_->input->find(key);
}

std::vector<process_report> run_report::processes() const {
  std::vector<process_report> result;
  for (std::size_t i = 0; i < run_->processes.size(); ++i)
    result.emplace_back(run_, i);
  return result;
}

std::vector<process_report> run_report::failed_processes() const {
  auto result = processes();
  std::erase_if(result, [](auto& x) { return !x.state().is_abnormal(); });
  return result;
}

std::vector<step_report> run_report::failed_steps() const {
  std::vector<step_report> result;
  for (auto& process : processes())
    for (auto& step : process.failed_steps())
      result.push_back(std::move(step));
  return result;
}

process_report run_report::process(std::string_view name) const {
  if (auto i = run_->flow->find(name))
    return {run_, *i};
  throw lightflow::error(
    error_code::unknown_process,
    fmt::format(R"(flow "{}" has no process "{}")", this->name(), name));
}

std::vector<wake_reason> run_report::wakes_by() const {
  if (run_->wakes_by == wake_source::ended)
    return {};
  if (run_->wakes_by != wake_source::processes)
    return {{id(), run_->wakes_by}};
  std::vector<wake_reason> result;
  for (auto& x : run_->processes)
    if (!x->has_ended())
      result.push_back({process_id_of(id(), x->plan().name), x->wakes_by()});
  return result;
}

std::string run_report::errors() const {
  std::string result;
  auto add = [&](const std::string& x) {
    if (!x.empty())
      result.append(result.empty() ? "" : "\n").append(x);
  };
  add(error());
  for (auto& process : failed_processes()) {
    add(process.error());
    for (auto& step : process.failed_steps())
      add(step.error());
  }
  return result;
}

} // namespace lightflow
