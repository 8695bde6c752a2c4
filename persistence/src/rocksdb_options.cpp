// SPDX-License-Identifier: MIT
#include "rocksdb_options.hpp"

#include "rocksdb_keys.hpp"

#include <algorithm>
#include <cstdarg>
#include <limits>
#include <memory>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace lightflow::detail {

namespace {

void bound_what_is_kept_open(rocksdb::DBOptions& x) {
  x.max_open_files = 256;
  x.stats_dump_period_sec = 0;
  x.stats_persist_period_sec = 0;
  x.max_total_wal_size = 256U << 20;
  x.db_write_buffer_size = 128U << 20;
}

/// RocksDB's own log would be a file beside the data. It ends the program when
/// it goes on writing to that after the disk was full; and what is wrong, we
/// tell by errors and events.
class no_log : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;

  void Logv(const char*, va_list) override {}
};

/// A commit waits for memory to be written to files, never for those to be
/// merged: that may fail for as long as there is no room, or a file is damaged.
void never_wait_for_compaction(rocksdb::ColumnFamilyOptions& x) {
  x.level0_slowdown_writes_trigger = std::numeric_limits<int>::max();
  x.level0_stop_writes_trigger = std::numeric_limits<int>::max();
  x.soft_pending_compaction_bytes_limit = 0;
  x.hard_pending_compaction_bytes_limit = 0;
}

/// Runs come and go in the list of those that run. What is left of those that
/// went costs time when it is read, so it must not lie about for long.
void forget_quickly(rocksdb::ColumnFamilyOptions& x) {
  constexpr std::size_t window = 4096;
  x.write_buffer_size = std::min<std::size_t>(x.write_buffer_size, 4U << 20);
  x.table_properties_collector_factories.push_back(
    rocksdb::NewCompactOnDeletionCollectorFactory(window, window / 2));
}

/// Each change of a run asks for its summary, which a new run does not have.
void miss_quickly(rocksdb::ColumnFamilyOptions& x) {
  x.memtable_prefix_bloom_size_ratio = 0.02;
  x.memtable_whole_key_filtering = true;
}

/// The part of a record's key that the records of its run have in common.
class run_prefix : public rocksdb::SliceTransform {
public:
  const char* Name() const override {
    return "lightflow.run_prefix";
  }

  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), key.size() - sequence_size};
  }

  bool InDomain(const rocksdb::Slice& key) const override {
    return key.size() > sequence_size;
  }
};

/// A record's place in memory is next to that of the one before it in its run;
/// to search it costs more than all else that is to be done for it.
void remember_places(rocksdb::ColumnFamilyOptions& x) {
  x.memtable_insert_with_hint_prefix_extractor
    = std::make_shared<const run_prefix>();
}

} // namespace

void background_errors::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                          rocksdb::Status* error) {
  // A damaged file is told to whoever reads what is in it. Runs in other files
  // go on, which they could not if all writes were refused.
  if (reason == rocksdb::BackgroundErrorReason::kCompaction
      && error->IsCorruption())
    *error = rocksdb::Status::OK();
}

rocksdb::DBOptions database_options(const rocksdb_environment& x) {
  rocksdb::DBOptions result;
  result.env = x.env;
  result.info_log = std::make_shared<no_log>();
  result.create_if_missing = true;
  result.create_missing_column_families = true;
  // A record that ends early was being written when the process or machine
  // died. Any other damage is an error: the default would drop all after it.
  result.wal_recovery_mode
    = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  result.track_and_verify_wals_in_manifest = true;
  result.max_bgerror_resume_count = 0;
  bound_what_is_kept_open(result);
  return result;
}

std::vector<rocksdb::ColumnFamilyDescriptor>
family_options(const rocksdb_environment& x) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(64U << 20);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = x.write_buffer;
  never_wait_for_compaction(options);
  std::vector<rocksdb::ColumnFamilyDescriptor> result;
  for (auto& name : family_names)
    result.emplace_back(name, options);
  forget_quickly(result[conditions].options);
  miss_quickly(result[runs].options);
  remember_places(result[records].options);
  return result;
}

} // namespace lightflow::detail
