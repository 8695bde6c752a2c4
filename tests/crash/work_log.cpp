// SPDX-License-Identifier: MIT
#include "work_log.hpp"

#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

std::string list(const seen_values& xs) {
  std::string result;
  for (auto& [name, x] : xs)
    result += fmt::format(" {}={}", name, x);
  return result;
}

} // namespace

// -- writing ------------------------------------------------------------------

work_log::work_log(const std::filesystem::path& path) {
  std::ifstream before{path};
  for (std::string kind, step, rest; before >> kind; std::getline(before, rest))
    if (kind == "fail" && before >> step)
      ++failures_[step];
  file_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0)
    throw std::runtime_error(path.string() + " cannot be opened");
  append("start");
}

work_log::~work_log() {
  ::close(file_);
}

/// In one call, so that lines do not mix.
void work_log::append(std::string line) const {
  line += '\n';
  if (::write(file_, line.data(), line.size())
      != static_cast<ssize_t>(line.size()))
    throw std::runtime_error("the log cannot be written");
}

void work_log::begin(const std::string& step, const seen_values& ancestors) {
  append(fmt::format("begin {}{}", step, list(ancestors)));
}

void work_log::end(const std::string& step, std::uint64_t value) {
  append(fmt::format("end {} {}", step, value));
}

void work_log::report(const std::string& run, bool success,
                      const seen_values& steps) {
  append(fmt::format("report {} {}{}", run, success ? "success" : "failed",
                     list(steps)));
}

bool work_log::fails(const std::string& step, unsigned how_often) {
  {
    std::lock_guard guard{mutex_};
    if (failures_[step] >= how_often)
      return false;
    ++failures_[step];
  }
  append("fail " + step);
  return true;
}

void cut_torn_line(const std::filesystem::path& path) {
  std::ifstream in{path};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto end = text.rfind('\n');
  if (!text.empty())
    std::filesystem::resize_file(path, end == std::string::npos ? 0 : end + 1);
}

// -- checking -----------------------------------------------------------------

namespace {

class violation : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

struct checked_step {
  const random_step* what;
  std::set<std::string> ancestors; // whose values it must see
  bool is_running = false;
  bool has_ended = false;      // in whatever start
  bool ended_in_start = false; // and in this one
  bool is_reported = false;    // that it succeeded
};

class log_checker {
public:
  explicit log_checker(const std::vector<random_flow>& flows) {
    for (auto& flow : flows)
      for (auto& process : flow.processes)
        for (auto& step : process.steps)
          add(flow.name + '/' + process.name + '/', process, step);
  }

  void line(const std::string& text) {
    std::istringstream in{text};
    std::string kind;
    std::string who;
    in >> kind >> who;
    if (kind == "start")
      start();
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

  std::size_t cut_off() const {
    return cut_off_;
  }

  std::size_t finished_runs() const {
    return finished_.size();
  }

private:
  void add(const std::string& prefix, const random_process& process,
           const random_step& step) {
    checked_step result{&step, {}};
    for (auto x : step.after)
      result.ancestors.insert(prefix + process.steps[x].name);
    if (step.reads)
      result.ancestors.insert(prefix + process.steps[*step.reads].name);
    steps_.emplace(prefix + step.name, std::move(result));
  }

  static seen_values read_values(std::istream& in) {
    seen_values result;
    for (std::string x; in >> x;) {
      auto mark = x.find('=');
      result.emplace_back(x.substr(0, mark), std::stoull(x.substr(mark + 1)));
    }
    return result;
  }

  checked_step& find(const std::string& id) {
    auto i = steps_.find(id);
    if (i == steps_.end())
      throw violation("there is no such step");
    return i->second;
  }

  void start() {
    for (auto& [id, step] : steps_) {
      cut_off_ += step.is_running ? 1 : 0;
      step.is_running = step.ended_in_start = false;
    }
  }

  void begin(const std::string& who, const seen_values& ancestors) {
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
  void see(const std::string& id, std::uint64_t value) {
    auto& self = find(id);
    if (!self.has_ended)
      throw violation(id + " is reported, but did not end");
    if (value != self.what->value)
      throw violation("the value of " + id + " is wrong");
    self.is_reported = true;
  }

  void end(const std::string& who, std::istream& in) {
    auto& self = find(who);
    std::uint64_t value = 0;
    if (!(in >> value) || value != self.what->value)
      throw violation("its value is wrong");
    self.is_running = false;
    self.has_ended = self.ended_in_start = true;
  }

  void report(const std::string& run, std::istream& in) {
    std::string outcome;
    in >> outcome;
    auto steps = read_values(in);
    for (auto& [id, value] : steps)
      see(id, value);
    if (outcome == "success") {
      finished_.insert(run);
      for (auto& [id, step] : steps_)
        if (id.starts_with(run + '/') && !step.is_reported)
          throw violation("the run succeeded without " + id);
    } else if (finished_.contains(run)) {
      throw violation("the run failed after it had succeeded");
    }
  }

  std::map<std::string, checked_step> steps_; // by id
  std::set<std::string> finished_;
  std::size_t cut_off_ = 0;
};

} // namespace

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
