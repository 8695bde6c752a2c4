// SPDX-License-Identifier: MIT
#include "work_log.hpp"

#include <fcntl.h>
#include <fstream>
#include <iterator>
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

void work_log::want(const std::string& run) {
  append("want " + run);
}

void work_log::report(const std::string& run, bool success,
                      const seen_values& steps) {
  if (success) { // its failures need not be known any more
    std::lock_guard guard{mutex_};
    failures_.erase(failures_.lower_bound(run + '/'),
                    failures_.lower_bound(run + '0')); // what comes after '/'
  }
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

} // namespace lightflow::tests
