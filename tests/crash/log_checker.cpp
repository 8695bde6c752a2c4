// SPDX-License-Identifier: MIT
#include "log_checker.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

seen_values read_values(std::istream& in) {
  seen_values result;
  for (std::string x; in >> x;) {
    auto mark = x.find('=');
    result.emplace_back(x.substr(0, mark), std::stoull(x.substr(mark + 1)));
  }
  return result;
}

std::string run_of(const std::string& step) {
  return step.substr(0, step.find('/'));
}

bool is_numbered(const std::string& run) {
  return run.find('.') != std::string::npos;
}

} // namespace

log_checker::log_checker(const std::vector<random_flow>& flows) {
  for (auto& flow : flows)
    flows_.emplace(flow.name, &flow);
}

void log_checker::line(const std::string& text) {
  std::istringstream in{text};
  std::string kind;
  std::string who;
  in >> kind >> who;
  if (kind == "start")
    start();
  else if (kind == "want")
    run(who);
  else if (kind == "begin")
    begin(who, read_values(in));
  else if (kind == "fail")
    find(who).is_running = false;
  else if (kind == "end")
    end(who, in);
  else if (kind == "report")
    report(who, in);
  else
    throw violation("what is this?");
}

std::vector<std::string> log_checker::open_runs() const {
  std::vector<std::string> result;
  for (auto& [id, steps] : runs_)
    if (!finished_.contains(id))
      result.push_back(id);
  return result;
}

/// Made when it is first heard of.
auto log_checker::run(const std::string& id) -> checked_run& {
  auto [i, is_new] = runs_.try_emplace(id);
  if (!is_new)
    return i->second;
  auto flow = flows_.find(id.substr(0, id.find('.')));
  if (flow == flows_.end())
    throw violation("there is no such flow");
  for (auto& process : flow->second->processes)
    for (auto& step : process.steps) {
      auto prefix = id + '/' + process.name + '/';
      checked_step result{&step, {}};
      for (auto x : step.after)
        result.ancestors.insert(prefix + process.steps[x].name);
      if (step.reads)
        result.ancestors.insert(prefix + process.steps[*step.reads].name);
      i->second.emplace(prefix + step.name, std::move(result));
    }
  return i->second;
}

auto log_checker::find(const std::string& id) -> checked_step& {
  auto& steps = run(run_of(id));
  auto i = steps.find(id);
  if (i == steps.end())
    throw violation("there is no such step");
  return i->second;
}

void log_checker::start() {
  for (auto& [id, steps] : runs_)
    for (auto& [name, step] : steps) {
      cut_off_ += step.is_running ? 1 : 0;
      step.is_running = step.ended_in_start = false;
    }
}

void log_checker::begin(const std::string& who, const seen_values& ancestors) {
  if (finished_.contains(run_of(who)))
    throw violation("it runs again although its run was reported");
  auto& self = find(who);
  if (self.is_reported)
    throw violation("it runs again although its success was reported");
  if (self.is_running)
    throw violation("it runs twice at once");
  if (self.ended_in_start)
    throw violation("it runs again although it ended, without a crash");
  self.is_running = true;
  std::set<std::string> names;
  for (auto& [id, value] : ancestors) {
    names.insert(id);
    see(id, value);
  }
  if (names != self.ancestors)
    throw violation("it does not see all of its ancestors");
}

/// The engine showed somebody that a step succeeded.
void log_checker::see(const std::string& id, std::uint64_t value) {
  auto& self = find(id);
  if (!self.has_ended)
    throw violation(id + " is reported, but did not end");
  if (value != self.what->value)
    throw violation("the value of " + id + " is wrong");
  self.is_reported = true;
}

void log_checker::end(const std::string& who, std::istream& in) {
  auto& self = find(who);
  std::uint64_t value = 0;
  if (!(in >> value) || value != self.what->value)
    throw violation("its value is wrong");
  self.is_running = false;
  self.has_ended = self.ended_in_start = true;
  ++ended_steps_;
}

/// What a numbered run has done is not needed any more once it has succeeded.
void log_checker::report(const std::string& id, std::istream& in) {
  std::string outcome;
  in >> outcome;
  if (outcome != "success" && finished_.contains(id))
    throw violation("the run failed after it had succeeded");
  if (is_numbered(id) && finished_.contains(id))
    return;
  for (auto& [step, value] : read_values(in))
    see(step, value);
  if (outcome != "success")
    return;
  for (auto& [name, step] : run(id))
    if (!step.is_reported)
      throw violation("the run succeeded without " + name);
  finished_.insert(id);
  if (is_numbered(id))
    runs_.erase(id);
}

log_summary check_log(const std::filesystem::path& path,
                      const std::vector<random_flow>& flows) {
  log_checker checker{flows};
  log_summary result;
  std::ifstream in{path};
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    try {
      checker.line(text);
    } catch (const violation& e) {
      result.violation = fmt::format("line {}: {}: {}", number, e.what(), text);
      break;
    }
  }
  result.cut_off = checker.cut_off();
  result.finished_runs = checker.finished_runs();
  return result;
}

} // namespace lightflow::tests
