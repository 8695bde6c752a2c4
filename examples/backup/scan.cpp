// SPDX-License-Identifier: MIT
#include "scan.hpp"

#include "pack.hpp"

#include <algorithm>
#include <queue>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace fs = std::filesystem;

namespace backup {

namespace {

class scanner {
public:
  scanner(const fs::path& source, const fs::path& copies, progress& counters,
          const std::stop_token& stop)
      : source_(source), copies_(copies), counters_(counters), stop_(stop) {}

  scan_result run() {
    enter_directory({});
    while (!pending_.empty()) {
      auto directory = std::move(pending_.back());
      pending_.pop_back();
      read_directory(directory);
    }
    drop_files_without_a_place();
    for (auto& file : result_.files) {
      result_.summary.files += 1;
      result_.summary.bytes += file.size;
    }
    return std::move(result_);
  }

private:
  void enter_directory(const fs::path& path) {
    std::error_code error;
    fs::create_directories(copies_ / path, error);
    if (error == std::errc::filename_too_long)
      return add_problem(path, error.message());
    if (error)
      throw fs::filesystem_error("cannot make directory", copies_ / path,
                                 error);
    ++result_.summary.directories;
    directories_.insert(path.native());
    pending_.push_back(path);
  }

  void read_directory(const fs::path& path) {
    std::error_code error;
    fs::directory_iterator i{source_ / path, error};
    for (; !error && i != fs::directory_iterator{}; i.increment(error)) {
      if (stop_.stop_requested())
        throw stopped{};
      add(path / i->path().filename(), *i);
    }
    if (error)
      add_problem(path.empty() ? "." : path, error.message());
  }

  void add(const fs::path& path, const fs::directory_entry& entry) {
    std::error_code error;
    auto type = entry.symlink_status(error).type();
    if (type == fs::file_type::directory)
      return enter_directory(path);
    if (type == fs::file_type::symlink) {
      ++result_.summary.symlinks;
    } else if (type == fs::file_type::regular) {
      if (auto size = entry.file_size(error); !error)
        add_file({path.native(), size});
    } else if (!error) {
      ++result_.summary.special_files;
    }
    if (error)
      add_problem(path, error.message());
  }

  void add_file(source_file file) {
    counters_.files_found += 1;
    counters_.bytes_found += file.size;
    result_.files.push_back(std::move(file));
  }

  void add_problem(const fs::path& path, std::string reason) {
    result_.unreadable.push_back({path.native(), std::move(reason)});
  }

  /// Besides a directory `x.zst` there is no place for the copy of a file `x`.
  void drop_files_without_a_place() {
    std::erase_if(result_.files, [this](const source_file& file) {
      auto copy = file.path + copy_suffix;
      if (!directories_.contains(copy))
        return false;
      add_problem(file.path, "its copy would have the name of a directory");
      return true;
    });
  }

  const fs::path& source_;
  const fs::path& copies_;
  progress& counters_;
  const std::stop_token& stop_;
  scan_result result_;
  std::vector<fs::path> pending_;
  std::unordered_set<std::string> directories_;
};

} // namespace

scan_result scan(const fs::path& source, const fs::path& copies,
                 progress& counters, const std::stop_token& stop) {
  return scanner{source, copies, counters, stop}.run();
}

std::vector<source_files> deal(source_files files, std::size_t count) {
  // What it takes to open and close a file, in bytes that could be packed.
  constexpr std::uint64_t cost_per_file = 16 * 1024;
  using load = std::pair<std::uint64_t, std::size_t>; // cost, shard
  std::priority_queue<load, std::vector<load>, std::greater<>> lightest;
  for (std::size_t shard = 0; shard < count; ++shard)
    lightest.emplace(0, shard);
  std::vector<source_files> result(count);
  std::ranges::sort(files, std::greater<>{}, &source_file::size);
  for (auto& file : files) {
    auto [cost, shard] = lightest.top();
    lightest.pop();
    lightest.emplace(cost + file.size + cost_per_file, shard);
    result[shard].push_back(std::move(file));
  }
  // Files of one directory are faster to reach one after the other.
  for (auto& shard : result)
    std::ranges::sort(shard, {}, &source_file::path);
  return result;
}

} // namespace backup
