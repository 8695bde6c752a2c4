// SPDX-License-Identifier: MIT
#include "../support/mounted_directory.hpp"

#include "journal_fixture.hpp"

#include <fstream>

#include <rocksdb/db.h>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

constexpr std::size_t mebibyte = 1U << 20;

struct open_fixture : journal_fixture {
  /// Opening must fail with this code, and say where and what to do.
  void refused(const fs::path& x, error_code code,
               std::initializer_list<std::string_view> parts) {
    BOOST_CHECK_EXCEPTION(rocksdb_journal{x}, journal_error, code_is(code));
    BOOST_CHECK_EXCEPTION(rocksdb_journal{x}, journal_error, says(parts));
    BOOST_CHECK_EXCEPTION(rocksdb_journal{x}, journal_error,
                          says({x.string()}));
  }

  void write_format(const std::string& format) {
    std::vector<std::string> names;
    rocksdb::DB::ListColumnFamilies({}, where.string(), &names);
    std::vector<rocksdb::ColumnFamilyDescriptor> described;
    for (auto& name : names)
      described.emplace_back(name, rocksdb::ColumnFamilyOptions{});
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    rocksdb::DB* raw = nullptr;
    BOOST_REQUIRE(
      rocksdb::DB::Open({}, where.string(), described, &families, &raw).ok());
    std::unique_ptr<rocksdb::DB> db{raw};
    BOOST_REQUIRE(db->Put({}, "format", format).ok());
    for (auto x : families)
      db->DestroyColumnFamilyHandle(x);
  }
};

/// Takes all room that is left.
void fill_up(const fs::path& file) {
  std::ofstream out{file, std::ios::binary};
  std::string block(4096, 'x');
  while (out.write(block.data(), 4096).flush())
    ;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_open_tests, open_fixture)

BOOST_AUTO_TEST_CASE(a_directory_of_other_files_is_no_journal) {
  fs::create_directories(where);
  std::ofstream{where / "letter.txt"} << "Dear Ada";
  refused(where, error_code::bad_journal, {"letter.txt", "empty directory"});
  BOOST_TEST(fs::exists(where / "letter.txt"));
}

BOOST_AUTO_TEST_CASE(a_file_is_no_journal) {
  std::ofstream{where} << "Dear Ada";
  refused(where, error_code::bad_journal, {"no directory"});
}

BOOST_AUTO_TEST_CASE(another_database_is_no_journal) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  BOOST_REQUIRE(rocksdb::DB::Open(options, where.string(), &raw).ok());
  BOOST_REQUIRE(raw->Put({}, "key", "value").ok());
  delete raw;
  refused(where, error_code::bad_journal, {"no journal"});
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_refused_by_name) {
  open();
  write_format("2");
  refused(where, error_code::bad_journal, {"format 2", "format 1", "newer"});
}

BOOST_AUTO_TEST_CASE(a_newer_version_with_more_in_it_is_refused) {
  open();
  {
    std::vector<rocksdb::ColumnFamilyDescriptor> described;
    for (auto name :
         {"default", "runs", "conditions", "records", "definitions", "new"})
      described.emplace_back(name, rocksdb::ColumnFamilyOptions{});
    rocksdb::DBOptions options;
    options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    rocksdb::DB* raw = nullptr;
    BOOST_REQUIRE(
      rocksdb::DB::Open(options, where.string(), described, &families, &raw)
        .ok());
    for (auto x : families)
      raw->DestroyColumnFamilyHandle(x);
    delete raw;
  }
  refused(where, error_code::bad_journal, {"newer version"});
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_open_is_locked) {
  rocksdb_journal first{where};
  refused(where, error_code::journal_locked, {"end that"});
}

BOOST_AUTO_TEST_CASE(a_directory_without_a_parent_is_refused) {
  refused(where / "a" / "b", error_code::journal_failed,
          {"directory above it"});
  refused("/proc/none", error_code::journal_failed, {"cannot be made"});
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_written_is_refused) {
  mounted_directory mounted{where, 8 * mebibyte};
  if (!mounted) {
    BOOST_TEST_MESSAGE("skipped: no right to mount");
    return;
  }
  open()->commit(batch_of(0), durability::sync);
  BOOST_REQUIRE(mounted.make_read_only());
  refused(where, error_code::journal_failed, {"let this process write"});
}

BOOST_AUTO_TEST_CASE(
  a_full_disk_is_told_and_the_journal_opens_when_there_is_room) {
  mounted_directory mounted{where, 8 * mebibyte};
  if (!mounted) {
    BOOST_TEST_MESSAGE("skipped: no right to mount");
    return;
  }
  for (auto with_journal : {false, true}) {
    if (with_journal)
      open()->commit(batch_of(0), durability::sync);
    auto ballast = where / "full.dbtmp"; // a name that may be there
    fill_up(ballast);
    refused(where, error_code::journal_failed, {"full", "make room"});
    fs::remove(ballast);
    BOOST_TEST(records_in(*open()) == (with_journal ? 1U : 0U));
  }
}

BOOST_AUTO_TEST_CASE(commits_go_on_when_a_full_disk_gets_room) {
  auto disk_path = temporary.path() / "disk";
  mounted_directory mounted{disk_path, 16 * mebibyte};
  if (!mounted) {
    BOOST_TEST_MESSAGE("skipped: no right to mount");
    return;
  }
  auto ballast = disk_path / "ballast";
  std::ofstream{ballast} << std::string(8 * mebibyte, 'x');
  rocksdb_environment small;
  small.write_buffer = mebibyte;
  for (auto how : {durability::process, durability::sync}) {
    auto own = disk_path / std::to_string(static_cast<int>(how));
    std::uint64_t next = 0;
    {
      rocksdb_journal x{own, small};
      BOOST_CHECK_EXCEPTION(
        while (true) {
          x.commit(batch_of(next, 50'000), how);
          ++next;
        },
        journal_error, says({own.string(), "full", "make room"}));
      for (int i = 0; i < 3; ++i) {
        try { // RocksDB may have made room by itself, of files it is done with
          x.commit(batch_of(next, 50'000), how);
          ++next;
        } catch (const journal_error&) {
        }
        BOOST_TEST(records_in(x) >= next);
        BOOST_TEST(x.list(run_condition::running, "", 2).size() == 1U);
      }
      fs::remove(ballast);
      x.commit(batch_of(next, 50'000), how);
      BOOST_TEST(records_in(x) == next + 1);
    }
    BOOST_TEST(!fs::exists(own / "LOG")); // which RocksDB does not survive
    BOOST_TEST(next > 20U);
    BOOST_TEST(records_in(rocksdb_journal{own, small}) == next + 1);
    fs::remove_all(own);
    std::ofstream{ballast} << std::string(8 * mebibyte, 'x');
  }
}

BOOST_AUTO_TEST_SUITE_END()
