// SPDX-License-Identifier: MIT
#include "../../persistence/src/rocksdb_database.hpp"

#include "journal_fixture.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <rocksdb/sst_file_reader.h>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

/// What a summary can suffer: its block does not have its checksum any more,
/// or it has, but what is in it is no summary.
enum class damage { block, bytes };

constexpr damage all_damages[] = {damage::block, damage::bytes};

/// Whether a file has what a family of the database has.
bool is_table_of(const fs::path& file, const std::string& family) {
  rocksdb::SstFileReader reader{rocksdb::Options{}};
  return file.extension() == ".sst" && reader.Open(file.string()).ok()
         && reader.GetTableProperties()->column_family_name == family;
}

struct damaged_summary_fixture : journal_fixture {
  /// A journal with run "r", which is under way, and whose summary is damaged.
  std::unique_ptr<rocksdb_journal> open_damaged(damage what) {
    fs::remove_all(where);
    fill(0, 3);
    if (what == damage::block)
      damage_tables("runs");
    else
      overwrite_summary();
    return open();
  }

  /// Flips a byte in the first block of each table of a family.
  void damage_tables(const std::string& family) {
    open(); // moves all from the log to files
    for (auto& x : fs::directory_iterator{where})
      if (is_table_of(x.path(), family))
        std::fstream{x.path(), std::ios::in | std::ios::out | std::ios::binary}
            .seekp(4)
          << "damage";
  }

  void overwrite_summary() {
    detail::rocksdb_database x{where};
    x.open(environment);
    BOOST_REQUIRE(x.db().Put({}, x.handle(detail::runs), "r", "garbage").ok());
  }

  /// Brings together what was put into the lists, and what was deleted.
  void compact_lists() {
    detail::rocksdb_database x{where};
    x.open(environment);
    auto lists = x.handle(detail::conditions);
    BOOST_REQUIRE(x.db().CompactRange({}, lists, nullptr, nullptr).ok());
  }
};

journal_batch change_of(std::uint64_t sequence, run_condition now) {
  auto result = batch_of(sequence);
  result.summaries[0].condition = now;
  return result;
}

/// In which lists run "r" is.
std::vector<run_condition> lists_of_r(const journal& x) {
  std::vector<run_condition> result;
  for (std::size_t i = 0; i < run_conditions; ++i)
    for (auto& y : x.list(static_cast<run_condition>(i), "", 9))
      if (y.id == "r")
        result.push_back(y.condition);
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(damaged_summary_tests, damaged_summary_fixture)

BOOST_AUTO_TEST_CASE(a_run_is_listed_without_what_cannot_be_read) {
  for (auto what : all_damages) {
    auto x = open_damaged(what);
    auto listed = x->list(run_condition::running, "", 9);
    BOOST_REQUIRE(listed.size() == 1U);
    BOOST_TEST(listed[0].id == "r");
    BOOST_TEST((listed[0].condition == run_condition::running));
    BOOST_TEST(listed[0].flow.empty());
    BOOST_TEST(records_in(*x) == 3U);
  }
}

BOOST_AUTO_TEST_CASE(to_find_the_run_is_an_error_that_tells_of_the_damage) {
  BOOST_CHECK_EXCEPTION(open_damaged(damage::block)->find("r"), journal_error,
                        code_is(error_code::bad_journal));
  BOOST_CHECK_EXCEPTION(open_damaged(damage::bytes)->find("r"), error,
                        says({"not the summary", "\"r\""}));
}

BOOST_AUTO_TEST_CASE(a_run_can_be_written_and_has_a_summary_again) {
  for (auto what : all_damages) {
    auto x = open_damaged(what);
    auto batch = change_of(3, run_condition::suspended);
    batch.summaries.push_back({"other", "flow", "", {}, {}, {}, {}});
    x->commit(batch, durability::sync);
    BOOST_TEST(records_in(*x) == 4U);
    BOOST_TEST(x->find("r")->flow == "flow");
    BOOST_TEST((lists_of_r(*x) == std::vector{run_condition::suspended}));
    BOOST_TEST(x->find("other").has_value());
  }
}

BOOST_AUTO_TEST_CASE(lists_stay_right_when_they_are_compacted_later) {
  for (auto what : all_damages) {
    std::uint64_t next = 3;
    auto x = open_damaged(what);
    for (auto now : {run_condition::running, run_condition::suspended,
                     run_condition::running, run_condition::finished}) {
      x->commit(change_of(next++, now), durability::sync);
      x.reset();
      compact_lists();
      x = open();
      BOOST_TEST((lists_of_r(*x) == std::vector{now}));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_run_can_be_erased) {
  for (auto what : all_damages) {
    auto x = open_damaged(what);
    journal_batch batch;
    batch.erased = {"r"};
    x->commit(batch, durability::sync);
    BOOST_TEST(records_in(*x) == 0U);
    BOOST_TEST(!x->find("r").has_value());
    BOOST_TEST(lists_of_r(*x).empty());
    x->commit(batch_of(0), durability::sync); // its id is free
    BOOST_TEST((lists_of_r(*x) == std::vector{run_condition::running}));
  }
}

BOOST_AUTO_TEST_CASE(a_definition_that_cannot_be_read_is_written_anew) {
  journal_batch batch;
  batch.definitions = {{"fingerprint", "structure"}};
  open()->commit(batch, durability::sync);
  damage_tables("definitions");
  auto x = open();
  BOOST_CHECK_THROW(x->definition("fingerprint"), journal_error);
  x->commit(batch, durability::sync);
  BOOST_TEST(x->definition("fingerprint").value() == "structure");
}

BOOST_AUTO_TEST_SUITE_END()
