// SPDX-License-Identifier: MIT
#include "rocksdb_database.hpp"

#include "lightflow/persistence/journal.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/std.h>

namespace lightflow::detail {

namespace {

namespace fs = std::filesystem;

constexpr int format_version = 1;
constexpr std::string_view format_key = "format";

bool is_log(const std::string& name) {
  return name.ends_with(".log") || name.starts_with("MANIFEST-");
}

/// Whether RocksDB leaves such a file behind when it is stopped while it makes
/// a database, or a file system has it in its topmost directory.
bool may_be_in_a_new_journal(const std::string& name) {
  return name == "LOCK" || name == "IDENTITY" || name == "lost+found"
         || name == "MANIFEST-000001" || name.starts_with("LOG")
         || name.ends_with(".dbtmp");
}

/// What opening writes: a little, and the content of the logs to other files.
std::uint64_t needed_room(const fs::path& directory) {
  std::uint64_t result = 1U << 20;
  std::error_code ignored;
  for (auto& x : fs::directory_iterator{directory, ignored})
    if (x.path().extension() == ".log")
      result += x.file_size(ignored);
  return result;
}

} // namespace

void require_room(const fs::path& directory,
                  const rocksdb_environment& environment) {
  auto& env = *environment.env;
  auto probe = (directory / "probe.dbtmp").string();
  auto written = rocksdb::WriteStringToFile(&env, "probe", probe, true);
  env.DeleteFile(probe);
  std::uint64_t room = 0;
  auto needed = needed_room(directory);
  if (written.ok() && env.GetFreeSpace(directory.string(), &room).ok()
      && room < needed)
    written = rocksdb::Status::NoSpace(
      fmt::format("{} bytes are free, {} needed", room, needed));
  check(directory, "cannot be written", written);
}

rocksdb_database::rocksdb_database(fs::path directory)
    : directory_(std::move(directory)) {}

rocksdb_database::~rocksdb_database() {
  if (db_ == nullptr)
    return;
  for (auto x : families_)
    db_->DestroyColumnFamilyHandle(x);
  db_->Close();
}

void rocksdb_database::open(const rocksdb_environment& environment) {
  make_or_require_journal();
  require_whole_logs();
  require_room(directory_, environment);
  auto options = database_options(environment);
  options.wal_filter = &log_check_;
  options.listeners.push_back(std::make_shared<background_errors>());
  rocksdb::DB* raw = nullptr;
  check(directory_, "cannot be opened",
        rocksdb::DB::Open(options, directory_.string(),
                          family_options(environment), &families_, &raw));
  db_.reset(raw);
  check_format();
}

std::optional<std::string> rocksdb_database::get(family where,
                                                 std::string_view key) const {
  std::string result;
  auto found = db_->Get({}, families_[where], slice(key), &result);
  if (found.IsNotFound())
    return std::nullopt;
  check_read(found);
  return result;
}

std::unique_ptr<rocksdb::Iterator>
rocksdb_database::iterate(family where, const rocksdb::Slice& end) const {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  return std::unique_ptr<rocksdb::Iterator>{
    db_->NewIterator(options, families_[where])};
}

/// RocksDB would make a database among files of any kind, and a new one where
/// the file is lost that leads to the others.
void rocksdb_database::make_or_require_journal() const {
  std::error_code ignored;
  auto bad = [&](std::string_view why) {
    throw journal_error(
      error_code::bad_journal,
      fmt::format(
        "{} is no journal: {}; name an empty directory, one that does "
        "not exist, or put back a backup of the whole directory",
        directory_, why));
  };
  if (!fs::exists(directory_, ignored)) {
    std::error_code failed;
    if (!fs::create_directory(directory_, failed))
      throw journal_error(
        error_code::journal_failed,
        fmt::format("the journal in {} cannot be made: see to it that the "
                    "directory above it exists and can be written ({})",
                    directory_, failed.message()));
    return;
  }
  if (!fs::is_directory(directory_, ignored))
    bad("it is no directory");
  if (fs::exists(directory_ / "CURRENT", ignored))
    return;
  for (auto& x : fs::directory_iterator{directory_, ignored})
    if (auto name = x.path().filename().string();
        !may_be_in_a_new_journal(name))
      bad(fmt::format("it has no file CURRENT, but a file {}", name));
}

void rocksdb_database::require_whole_logs() const {
  std::error_code ignored;
  for (auto& x : fs::directory_iterator{directory_, ignored})
    if (auto name = x.path().filename().string();
        is_log(name) && has_damaged_end(x.path()))
      fail(directory_, "cannot be opened",
           rocksdb::Status::Corruption("bad length of a record", name));
}

void rocksdb_database::check_format() {
  if (auto found = get(meta, format_key)) {
    if (*found == std::to_string(format_version))
      return;
    throw journal_error(
      error_code::bad_journal,
      fmt::format("the journal in {} has format {}, but this version reads "
                  "format {} only: use the version that wrote it, or a newer "
                  "one",
                  directory_, *found, format_version));
  }
  std::unique_ptr<rocksdb::Iterator> any{db_->NewIterator({}, families_[meta])};
  any->SeekToFirst();
  if (any->Valid())
    throw journal_error(error_code::bad_journal,
                        fmt::format("the database in {} is no journal: name an "
                                    "empty directory, or one that does not "
                                    "exist",
                                    directory_));
  check_read(any->status());
  rocksdb::WriteOptions durable;
  durable.sync = true;
  check(directory_, "cannot be written",
        db_->Put(durable, families_[meta], slice(format_key),
                 std::to_string(format_version)));
}

} // namespace lightflow::detail
