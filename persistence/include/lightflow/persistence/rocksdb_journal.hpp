// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/persistence/journal.hpp"

#include <filesystem>
#include <memory>

namespace lightflow {

struct rocksdb_environment; // the project's own tests only

/// A journal in a directory, kept by RocksDB. One process can have it open at a
/// time. docs/journals.md tells what it survives, docs/journal_format.md what
/// is in it.
///
/// After a commit that failed, the next one mends what the disk lets it mend.
/// It may have to close the journal and open it again: it waits for those who
/// read, and they for it.
class rocksdb_journal : public journal {
public:
  /// Opens the journal in `directory`, which is made if it does not exist; its
  /// parent must. Throws journal_error: journal_locked if another engine or
  /// process has it open, bad_journal if what is there is something else,
  /// damaged or of a newer format, journal_failed if it cannot be read or
  /// written.
  explicit rocksdb_journal(std::filesystem::path directory);

  rocksdb_journal(std::filesystem::path directory,
                  const rocksdb_environment& x);

  ~rocksdb_journal() override;

  void commit(const journal_batch& batch, durability how) override;
  void read(std::string_view run, const visitor& visit) const override;
  std::optional<run_summary> find(std::string_view run) const override;
  std::vector<run_summary> list(run_condition condition, std::string_view after,
                                std::size_t limit) const override;
  std::optional<std::string>
  definition(std::string_view fingerprint) const override;
  std::string describe() const override;

private:
  class store;
  std::unique_ptr<store> store_;
};

/// Opens the journal in a directory; as the constructor of rocksdb_journal.
std::shared_ptr<journal> open_journal(std::filesystem::path directory);

} // namespace lightflow
