// SPDX-License-Identifier: MIT
#include "journal_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

#include <fmt/format.h>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

constexpr int runs = 50;

std::string run(int i) {
  return fmt::format("run{:02}", i);
}

journal_batch finished_run(int i) {
  journal_batch result;
  for (std::uint64_t n = 0; n < 40; ++n)
    result.records.push_back({run(i), n, run(i) + std::string(200, 'x')});
  result.summaries = {{run(i), "", "", run_condition::finished, {}, {}, {}}};
  return result;
}

/// How many runs cannot be read; what can be read must be right.
int unreadable_runs(const journal& x) {
  int result = 0;
  for (int i = 0; i < runs; ++i) {
    std::uint64_t next = 0;
    try {
      x.read(run(i), [&](std::uint64_t n, std::string_view bytes) {
        BOOST_REQUIRE(n == next++);
        BOOST_REQUIRE(bytes == run(i) + std::string(200, 'x'));
        return true;
      });
      BOOST_REQUIRE(next == 40U);
    } catch (const journal_error& e) {
      BOOST_TEST((e.code() == error_code::bad_journal), e.what());
      ++result;
    }
  }
  return result;
}

struct damage_fixture : journal_fixture {
  /// What a killed process would leave.
  void copy_to(const fs::path& to) const {
    fs::remove_all(to);
    fs::copy(where, to, fs::copy_options::recursive);
  }

  static void flip(const fs::path& file, std::uint64_t at) {
    std::fstream x{file, std::ios::in | std::ios::out | std::ios::binary};
    x.seekg(static_cast<std::streamoff>(at));
    auto byte = static_cast<char>(x.get() ^ 0x15);
    x.seekp(static_cast<std::streamoff>(at));
    x.put(byte);
  }

  /// The names of the files that hold tables.
  std::vector<fs::path> table_files() const {
    std::vector<fs::path> result;
    for (auto& x : fs::directory_iterator{where})
      if (x.path().extension() == ".sst")
        result.push_back(x.path().filename());
    return result;
  }

  fs::path largest_file() const {
    auto files = table_files();
    return where / *std::ranges::max_element(files, {}, [&](auto& x) {
             return fs::file_size(where / x);
           });
  }

  /// Flips up to 150 bytes of a file in a copy of the journal, and checks that
  /// the copy is refused with a clear error, or has all its records.
  void flip_many(std::string_view part, std::uint64_t expected) {
    auto name = file(part).filename();
    auto copy = temporary.path() / "copy";
    auto size = fs::file_size(where / name);
    auto refused = 0U;
    for (std::uint64_t at = 0; at < size; at += 1 + size / 150)
      BOOST_TEST_CONTEXT("flipped byte " << at << " of " << size) {
        copy_to(copy);
        flip(copy / name, at);
        try {
          rocksdb_journal x{copy, environment};
          BOOST_REQUIRE(records_in(x) == expected);
        } catch (const journal_error& e) {
          ++refused;
          BOOST_TEST((e.code() == error_code::bad_journal), e.what());
          BOOST_TEST(says({copy.string(), "damaged", "backup"})(e));
        }
      }
    BOOST_TEST(refused > 0U);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_damage_tests, damage_fixture)

BOOST_AUTO_TEST_CASE(a_last_record_that_is_cut_off_is_dropped) {
  auto x = open();
  for (std::uint64_t i = 0; i < 5; ++i)
    x->commit(batch_of(i), durability::process);
  auto log = file(".log");
  auto before = fs::file_size(log);
  x->commit(batch_of(5), durability::process);
  auto after = fs::file_size(log);
  auto copy = temporary.path() / "copy";
  for (auto size = before; size <= after; ++size)
    BOOST_TEST_CONTEXT("cut off at " << size) {
      copy_to(copy);
      fs::resize_file(copy / log.filename(), size);
      BOOST_TEST(records_in(rocksdb_journal{copy, environment})
                 == (size == after ? 6U : 5U));
    }
}

BOOST_AUTO_TEST_CASE(a_large_last_record_that_is_cut_off_is_dropped) {
  auto x = open();
  x->commit(batch_of(0), durability::process);
  auto log = file(".log");
  auto before = fs::file_size(log);
  x->commit(batch_of(1, 100'000), durability::process);
  auto copy = temporary.path() / "copy";
  for (auto size = before; size < fs::file_size(log); size += 997) {
    copy_to(copy);
    fs::resize_file(copy / log.filename(), size);
    BOOST_TEST(records_in(rocksdb_journal{copy, environment}) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_changed_byte_in_the_log_is_an_error) {
  auto x = open();
  for (std::uint64_t i = 0; i < 6; ++i)
    x->commit(batch_of(i), durability::sync);
  flip_many(".log", 6);
}

BOOST_AUTO_TEST_CASE(a_changed_byte_in_a_long_log_is_an_error) {
  auto x = open();
  for (std::uint64_t i = 0; i < 40; ++i)
    x->commit(batch_of(i, 3000), durability::sync);
  flip_many(".log", 40);
}

BOOST_AUTO_TEST_CASE(zeros_in_the_log_are_an_error) {
  auto x = open();
  for (std::uint64_t i = 0; i < 40; ++i)
    x->commit(batch_of(i, 3000), durability::sync);
  auto log = file(".log");
  std::fstream{log, std::ios::in | std::ios::out | std::ios::binary}.seekp(
    32 << 10)
    << std::string(32U << 10, '\0');
  auto copy = temporary.path() / "copy";
  copy_to(copy);
  BOOST_CHECK_EXCEPTION((rocksdb_journal{copy, environment}), journal_error,
                        code_is(error_code::bad_journal));
}

BOOST_AUTO_TEST_CASE(a_changed_byte_in_the_manifest_is_an_error) {
  fill(0, 10);
  fill(10, 20);
  flip_many("MANIFEST", 20);
}

BOOST_AUTO_TEST_CASE(a_changed_byte_in_the_file_current_is_an_error) {
  fill(0, 10);
  flip_many("CURRENT", 10);
}

BOOST_AUTO_TEST_CASE(a_lost_file_is_an_error) {
  fill(0, 10);
  fill(10, 20);
  open();
  auto copy = temporary.path() / "copy";
  for (auto part : {".sst", "MANIFEST", "CURRENT"}) {
    copy_to(copy);
    fs::remove(copy / file(part).filename());
    BOOST_CHECK_EXCEPTION((rocksdb_journal{copy, environment}), journal_error,
                          code_is(error_code::bad_journal));
  }
}

BOOST_AUTO_TEST_CASE(damage_to_the_records_of_a_run_spares_other_runs) {
  {
    auto x = open();
    for (int i = 0; i < runs; ++i)
      x->commit(finished_run(i), durability::process);
  }
  open(); // moves the records from the log to a file
  auto name = largest_file().filename();
  auto size = fs::file_size(where / name);
  auto copy = temporary.path() / "copy";
  constexpr std::uint64_t places = 100;
  int refused = 0; // what all records need is damaged: the index of the file
  int damaged = 0;
  for (std::uint64_t place = 0; place < places; ++place)
    BOOST_TEST_CONTEXT("place " << place << " of " << places) {
      copy_to(copy);
      flip(copy / name, size * place / places);
      try {
        rocksdb_journal x{copy, environment};
        auto bad = unreadable_runs(x);
        BOOST_TEST(bad <= 3); // those that share a block
        damaged += bad > 0 ? 1 : 0;
        BOOST_TEST(x.list(run_condition::finished, "", 99).size() == 50U);
        x.commit(batch_of(0), durability::sync);
        BOOST_TEST(records_in(x) == 1U);
      } catch (const journal_error& e) {
        BOOST_TEST((e.code() == error_code::bad_journal), e.what());
        ++refused;
      }
    }
  BOOST_TEST_MESSAGE(damaged << " damaged, " << refused << " refused");
  BOOST_TEST(damaged > 50);
  BOOST_TEST(refused < 20);
}

/// In whichever file: the records, the summaries, or the index of these.
BOOST_AUTO_TEST_CASE(damage_hides_no_run) {
  {
    auto x = open();
    for (int i = 0; i < runs; ++i)
      x->commit(finished_run(i), durability::process);
  }
  open(); // moves all from the log to files
  auto copy = temporary.path() / "copy";
  int listed = 0;
  for (auto& file : table_files())
    for (std::uint64_t place = 0; place < 40; ++place)
      BOOST_TEST_CONTEXT("place " << place << " of " << file) {
        copy_to(copy);
        flip(copy / file, fs::file_size(where / file) * place / 40);
        try {
          rocksdb_journal x{copy, environment};
          BOOST_TEST(x.list(run_condition::finished, "", 99).size() == 50U);
          ++listed;
        } catch (const journal_error& e) {
          BOOST_TEST((e.code() == error_code::bad_journal), e.what());
        }
      }
  BOOST_TEST(listed > 60);
}

BOOST_AUTO_TEST_SUITE_END()
