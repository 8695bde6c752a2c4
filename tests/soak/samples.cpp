// SPDX-License-Identifier: MIT
#include "samples.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <unistd.h>

#include <fmt/format.h>

namespace lightflow::tests {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mebibyte = 1U << 20;

struct measure {
  const char* name;
  std::uint64_t sample::*value;
  std::uint64_t allowance;
  std::uint64_t unit;
};

constexpr std::array measures{
  measure{"MiB of memory", &sample::memory, 32 * mebibyte, mebibyte},
  measure{"threads", &sample::threads, 8, 1},
  measure{"files", &sample::files, 16, 1},
  measure{"MiB of journal", &sample::journal, 64 * mebibyte, mebibyte},
};

std::uint64_t read_memory(const fs::path& proc) {
  std::ifstream in{proc / "statm"};
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(in >> all >> resident))
    throw std::runtime_error("there is no process to take a sample of");
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t count_entries(const fs::path& directory) {
  std::error_code none;
  fs::directory_iterator entries{directory, none};
  return static_cast<std::uint64_t>(
    std::distance(fs::begin(entries), fs::end(entries)));
}

/// But for those in a directory; a file that was removed from there counts.
std::uint64_t count_open_files(const fs::path& proc, const fs::path& but) {
  std::uint64_t result = 0;
  std::error_code none;
  for (auto& x : fs::directory_iterator{proc / "fd", none}) {
    auto file = fs::read_symlink(x.path(), none);
    auto is_gone = file.native().ends_with(" (deleted)");
    result += file.parent_path() == but && !is_gone ? 0 : 1;
  }
  return result;
}

/// Files may go while they are counted.
std::uint64_t size_of(const fs::path& directory) {
  std::uint64_t result = 0;
  std::error_code none;
  for (auto& x : fs::directory_iterator{directory, none}) {
    auto size = fs::file_size(x.path(), none);
    result += none ? 0 : size;
  }
  return result;
}

std::uint64_t median(const std::vector<sample>& all, std::size_t third,
                     std::uint64_t sample::*value) {
  std::vector<std::uint64_t> some;
  for (auto i = third * all.size() / 3; i < (third + 1) * all.size() / 3; ++i)
    some.push_back(all[i].*value);
  auto middle = some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2);
  std::nth_element(some.begin(), middle, some.end());
  return *middle;
}

} // namespace

sample take_sample(pid_t process, const fs::path& journal) {
  auto proc = fs::path{"/proc"} / std::to_string(process);
  return {read_memory(proc), count_entries(proc / "task"),
          count_open_files(proc, fs::canonical(journal)), size_of(journal)};
}

std::string what_grew(const std::vector<sample>& all) {
  if (all.size() < 30)
    return "too few samples were taken to tell";
  std::string result;
  for (auto& x : measures) {
    auto before = median(all, 1, x.value);
    auto after = median(all, 2, x.value);
    if (after > before + before / 5 + x.allowance)
      result += fmt::format("{}{}: from {} to {}", result.empty() ? "" : ", ",
                            x.name, before / x.unit, after / x.unit);
  }
  return result;
}

std::string describe(const std::vector<sample>& all) {
  std::string result;
  for (auto& x : measures)
    result += fmt::format("{}{} then {} {}", result.empty() ? "" : ", ",
                          median(all, 1, x.value) / x.unit,
                          median(all, 2, x.value) / x.unit, x.name);
  return result;
}

} // namespace lightflow::tests
