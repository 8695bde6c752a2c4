// SPDX-License-Identifier: MIT
#pragma once

#include "scratch_directory.hpp"

#include "lightflow/lightflow.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace lightflow::benchmarks {

/// A flow of ten steps, one after the other, and a journal with runs of it.
class stored_runs {
public:
  /// Runs under which their program ended when five of the steps were done.
  static stored_runs& interrupted(std::size_t count);

  /// Runs that succeeded, of which the journal has summaries only, or one
  /// record of 1 KiB each as well.
  static stored_runs& finished(std::size_t count, bool with_records);

  std::size_t count() const noexcept {
    return count_;
  }

  /// The id of a run: they are numbered in order.
  static std::string id(std::size_t number);

  const catalog& flows() const noexcept {
    return catalog_;
  }

  const std::filesystem::path& directory() const noexcept {
    return directory_;
  }

  /// A copy of the journal that may be changed.
  void copy_to(const std::filesystem::path& directory) const;

private:
  enum class kind { interrupted, bare, with_records };

  stored_runs(std::size_t count, kind what);
  void write(kind what) const;

  std::size_t count_;
  catalog catalog_;
  scratch_directory scratch_;
  std::filesystem::path directory_;
};

} // namespace lightflow::benchmarks
