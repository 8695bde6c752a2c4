// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/rocksdb_journal.hpp"

#include "../../persistence/src/rocksdb_environment.hpp"

#include "../support/faulty_disk.hpp"
#include "../support/printing.hpp"
#include "../support/temporary_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow::tests {

namespace fs = std::filesystem;

/// A record of run "r" along with the run's summary.
inline journal_batch batch_of(std::uint64_t sequence, std::size_t size = 20) {
  auto text = std::to_string(sequence) + ' ';
  journal_batch result;
  result.records = {{"r", sequence, text + std::string(size, 'x')}};
  result.summaries
    = {{"r", "flow", "fingerprint", run_condition::running, {}, {}, {}}};
  return result;
}

/// How many records of run "r" there are, which must be the first ones.
inline std::uint64_t records_in(const journal& x) {
  std::uint64_t result = 0;
  x.read("r", [&](std::uint64_t sequence, std::string_view bytes) {
    BOOST_REQUIRE(sequence == result);
    BOOST_REQUIRE(bytes.starts_with(std::to_string(sequence) + ' '));
    ++result;
    return true;
  });
  return result;
}

/// A journal in a directory of its own, on a disk that can fail.
struct journal_fixture {
  std::unique_ptr<rocksdb_journal> open() {
    return std::make_unique<rocksdb_journal>(where, environment);
  }

  /// Commits the first records of run "r".
  void fill(std::uint64_t first, std::uint64_t end,
            durability how = durability::sync) {
    auto x = open();
    for (auto i = first; i < end; ++i)
      x->commit(batch_of(i), how);
  }

  /// The only file with this in its name that has something in it.
  fs::path file(std::string_view part) const {
    for (auto& x : fs::directory_iterator{where})
      if (x.path().filename().string().find(part) != std::string::npos
          && x.file_size() > 0)
        return x.path();
    BOOST_FAIL("no such file");
    return {};
  }

  temporary_directory temporary;
  fs::path where = temporary.path() / "journal";
  std::shared_ptr<faulty_disk> disk = std::make_shared<faulty_disk>();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  rocksdb_environment environment{env.get()};
};

} // namespace lightflow::tests
