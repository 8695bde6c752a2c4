// SPDX-License-Identifier: MIT
#include "lightflow/persistence/rocksdb_journal.hpp"

#include "summary_codec.hpp"

#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/std.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

namespace lightflow {

namespace {

constexpr int format_version = 1;
constexpr std::string_view format_key = "format";

/// The column families, in the order in which they are opened.
enum family : std::size_t { meta, runs, conditions, records, definitions };

const std::array<std::string, 5> family_names{rocksdb::kDefaultColumnFamilyName,
                                              "runs", "conditions", "records",
                                              "definitions"};

/// Ends the id in the keys of a run's records; no id contains it.
constexpr char separator = '\0';

rocksdb::Slice slice(std::string_view x) {
  return {x.data(), x.size()};
}

std::string_view view(const rocksdb::Slice& x) {
  return {x.data(), x.size()};
}

std::string prefix_of(std::string_view run) {
  return std::string{run} + separator;
}

/// Big-endian, so that keys sort as numbers do.
std::string key_of(std::string_view run, std::uint64_t sequence) {
  auto result = prefix_of(run);
  for (int shift = 56; shift >= 0; shift -= 8)
    result += static_cast<char>(sequence >> shift & 0xFF);
  return result;
}

std::uint64_t sequence_of(std::string_view key) {
  std::uint64_t result = 0;
  for (auto c : key.substr(key.size() - 8))
    result = result << 8 | static_cast<unsigned char>(c);
  return result;
}

std::string index_key(run_condition condition, std::string_view run) {
  return static_cast<char>('0' + static_cast<int>(condition))
         + std::string{run};
}

} // namespace

struct rocksdb_journal::store {
  std::filesystem::path directory;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, family_names.size()> families{};

  explicit store(std::filesystem::path where) : directory(std::move(where)) {}

  ~store() {
    for (auto x : families)
      if (x != nullptr)
        db->DestroyColumnFamilyHandle(x);
    if (db != nullptr)
      db->Close();
  }

  [[noreturn]] void fail(const rocksdb::Status& why, const char* what) const {
    auto text = why.ToString();
    auto locked = why.IsIOError() && text.find("lock") != std::string::npos;
    auto bad = why.IsCorruption() || why.IsInvalidArgument();
    throw journal_error(
      locked ? error_code::journal_locked
      : bad  ? error_code::bad_journal
             : error_code::journal_failed,
      fmt::format("the journal in {} {}{}: {}", directory, what,
                  locked ? ", since another process has it open" : "", text));
  }

  void check(const rocksdb::Status& x, const char* what) const {
    if (!x.ok())
      fail(x, what);
  }

  std::optional<std::string> get(family where, std::string_view key) const {
    std::string result;
    auto found = db->Get({}, families[where], slice(key), &result);
    if (found.IsNotFound())
      return std::nullopt;
    check(found, "cannot be read");
    return result;
  }

  std::unique_ptr<rocksdb::Iterator> iterate(family where) const {
    return std::unique_ptr<rocksdb::Iterator>{
      db->NewIterator({}, families[where])};
  }

  void require_journal_or_nothing() const;
  void open();
  void check_format();
  std::optional<run_summary> find(std::string_view run) const;
};

/// RocksDB would make a database among files of any kind.
void rocksdb_journal::store::require_journal_or_nothing() const {
  namespace fs = std::filesystem;
  std::error_code ignored;
  auto bad = [&](const char* why) {
    throw journal_error(error_code::bad_journal,
                        fmt::format("{} is no journal: {}", directory, why));
  };
  if (!fs::exists(directory, ignored))
    return;
  if (!fs::is_directory(directory, ignored))
    bad("it is no directory");
  if (!fs::is_empty(directory, ignored)
      && !fs::exists(directory / "CURRENT", ignored))
    bad("there are other files in it");
}

void rocksdb_journal::store::open() {
  require_journal_or_nothing();
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_total_wal_size = 256U << 20;
  options.keep_log_file_num = 5;
  std::vector<rocksdb::ColumnFamilyDescriptor> described;
  for (auto& name : family_names)
    described.emplace_back(name, rocksdb::ColumnFamilyOptions{options});
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  rocksdb::DB* raw = nullptr;
  check(
    rocksdb::DB::Open(options, directory.string(), described, &opened, &raw),
    "cannot be opened");
  db.reset(raw);
  std::copy(opened.begin(), opened.end(), families.begin());
  check_format();
}

void rocksdb_journal::store::check_format() {
  auto found = get(meta, format_key);
  if (!found) {
    rocksdb::WriteOptions durable;
    durable.sync = true;
    check(db->Put(durable, families[meta], slice(format_key),
                  std::to_string(format_version)),
          "cannot be written");
  } else if (*found != std::to_string(format_version)) {
    throw journal_error(
      error_code::bad_journal,
      fmt::format("the journal in {} has format {}, but this version reads "
                  "format {} only: use the version that wrote it, or a newer "
                  "one",
                  directory, *found, format_version));
  }
}

rocksdb_journal::rocksdb_journal(std::filesystem::path directory)
    : store_(std::make_unique<store>(std::move(directory))) {
  store_->open();
}

rocksdb_journal::~rocksdb_journal() = default;

void rocksdb_journal::commit(const journal_batch& batch, durability how) {
  auto& families = store_->families;
  rocksdb::WriteBatch out;
  // What the index says now, of runs with more than one change in the batch.
  std::unordered_map<std::string, std::optional<run_condition>> indexed;
  auto index_of = [&](const std::string& run) -> auto& {
    auto [i, is_new] = indexed.try_emplace(run);
    if (is_new)
      if (auto found = find(run))
        i->second = found->condition;
    return i->second;
  };
  for (auto& run : batch.erased) {
    auto prefix = prefix_of(run);
    auto end = prefix;
    ++end.back();
    out.DeleteRange(families[records], prefix, end);
    out.Delete(families[runs], run);
    if (auto& known = index_of(run)) {
      out.Delete(families[conditions], index_key(*known, run));
      known.reset();
    }
  }
  for (auto& [fingerprint, bytes] : batch.definitions)
    out.Put(families[definitions], fingerprint, bytes);
  for (auto& x : batch.records)
    out.Put(families[records], key_of(x.run, x.sequence), x.bytes);
  for (auto& x : batch.summaries) {
    out.Put(families[runs], x.id, encode_summary(x));
    auto& known = index_of(x.id);
    if (known == x.condition)
      continue;
    if (known)
      out.Delete(families[conditions], index_key(*known, x.id));
    out.Put(families[conditions], index_key(x.condition, x.id), "");
    known = x.condition;
  }
  rocksdb::WriteOptions options;
  options.sync = how == durability::sync;
  store_->check(store_->db->Write(options, &out), "cannot be written");
}

void rocksdb_journal::read(std::string_view run, std::uint64_t from,
                           const visitor& visit) const {
  auto prefix = prefix_of(run);
  auto i = store_->iterate(records);
  for (i->Seek(key_of(run, from)); i->Valid() && i->key().starts_with(prefix);
       i->Next())
    if (!visit(sequence_of(view(i->key())), view(i->value())))
      return;
  store_->check(i->status(), "cannot be read");
}

bool rocksdb_journal::has_record(std::string_view run,
                                 std::uint64_t sequence) const {
  return store_->get(records, key_of(run, sequence)).has_value();
}

std::optional<run_summary> rocksdb_journal::find(std::string_view run) const {
  auto found = store_->get(runs, run);
  return found ? std::optional{decode_summary(run, *found)} : std::nullopt;
}

std::vector<run_summary> rocksdb_journal::list(run_condition condition,
                                               std::string_view after,
                                               std::size_t limit) const {
  std::vector<run_summary> result;
  auto start = index_key(condition, after);
  auto i = store_->iterate(conditions);
  for (i->Seek(start);
       i->Valid() && i->key()[0] == start[0] && result.size() < limit;
       i->Next()) {
    auto id = view(i->key()).substr(1);
    if (id == after)
      continue;
    if (auto found = find(id)) // else it was erased since
      result.push_back(*std::move(found));
  }
  store_->check(i->status(), "cannot be read");
  return result;
}

std::optional<std::string>
rocksdb_journal::definition(std::string_view fingerprint) const {
  return store_->get(definitions, fingerprint);
}

} // namespace lightflow
