// SPDX-License-Identifier: MIT
#include "lightflow/persistence/journal_conformance.hpp"
#include "lightflow/persistence/memory_journal.hpp"
#include "lightflow/persistence/rocksdb_journal.hpp"

#include "../support/printing.hpp"
#include "../support/temporary_directory.hpp"

#include <csignal>
#include <fstream>

#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lightflow;
using namespace lightflow::tests;
namespace fs = std::filesystem;

namespace {

/// Hands out one journal again and again.
class borrowed_journal : public journal {
public:
  explicit borrowed_journal(journal& x) : x_(x) {}

  void commit(const journal_batch& batch, durability how) override {
    x_.commit(batch, how);
  }

  void read(std::string_view run, std::uint64_t from,
            const visitor& visit) const override {
    x_.read(run, from, visit);
  }

  bool has_record(std::string_view run, std::uint64_t n) const override {
    return x_.has_record(run, n);
  }

  std::optional<run_summary> find(std::string_view run) const override {
    return x_.find(run);
  }

  std::vector<run_summary> list(run_condition condition, std::string_view after,
                                std::size_t limit) const override {
    return x_.list(condition, after, limit);
  }

  std::optional<std::string> definition(std::string_view x) const override {
    return x_.definition(x);
  }

private:
  journal& x_;
};

struct rocksdb_fixture {
  auto code_is(error_code expected) {
    return [expected](const error& e) {
      BOOST_TEST_MESSAGE(e.what());
      return e.code() == expected;
    };
  }

  temporary_directory temporary;
  fs::path where = temporary.path() / "journal";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_tests, rocksdb_fixture)

BOOST_AUTO_TEST_CASE(the_memory_journal_conforms) {
  for (auto& check : journal_conformance()) {
    memory_journal it;
    BOOST_TEST_CONTEXT(check.name)
    BOOST_CHECK_NO_THROW(
      check.run([&] { return std::make_unique<borrowed_journal>(it); }));
  }
}

BOOST_AUTO_TEST_CASE(the_rocksdb_journal_conforms) {
  for (auto& check : journal_conformance()) {
    auto own = temporary.path() / check.name;
    BOOST_TEST_CONTEXT(check.name)
    BOOST_CHECK_NO_THROW(
      check.run([&] { return std::make_unique<rocksdb_journal>(own); }));
  }
}

/// A journal that loses what the checks are there to find.
class forgetful_journal : public borrowed_journal {
public:
  using borrowed_journal::borrowed_journal;

  bool has_record(std::string_view, std::uint64_t) const override {
    return false;
  }
};

BOOST_AUTO_TEST_CASE(a_journal_that_forgets_does_not_conform) {
  std::size_t failed = 0;
  for (auto& check : journal_conformance()) {
    memory_journal it;
    try {
      check.run([&] { return std::make_unique<forgetful_journal>(it); });
    } catch (const std::logic_error&) {
      ++failed;
    }
  }
  BOOST_TEST(failed == 1U);
}

BOOST_AUTO_TEST_CASE(a_directory_of_other_files_is_no_journal) {
  fs::create_directories(where);
  std::ofstream{where / "letter.txt"} << "Dear Ada";
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where}, journal_error,
                        code_is(error_code::bad_journal));
  BOOST_TEST(fs::exists(where / "letter.txt"));
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where / "letter.txt"}, journal_error,
                        code_is(error_code::bad_journal));
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_refused_by_name) {
  { rocksdb_journal first{where}; }
  {
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
    BOOST_REQUIRE(db->Put({}, "format", "2").ok());
    for (auto x : families)
      db->DestroyColumnFamilyHandle(x);
  }
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where}, journal_error,
                        code_is(error_code::bad_journal));
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where}, journal_error,
                        says({"format 2", "format 1", "journal"}));
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_open_is_locked) {
  rocksdb_journal first{where};
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where}, journal_error,
                        code_is(error_code::journal_locked));
}

BOOST_AUTO_TEST_CASE(a_damaged_journal_says_so) {
  {
    rocksdb_journal x{where};
    journal_batch batch;
    batch.records = {{"r", 0, "bytes"}};
    x.commit(batch, durability::sync);
  }
  std::ofstream{where / "CURRENT"} << "no manifest";
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where}, journal_error,
                        says({"journal"}));
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_told) {
  BOOST_CHECK_EXCEPTION(rocksdb_journal{"/proc/no/such"}, journal_error,
                        code_is(error_code::journal_failed));
}

BOOST_AUTO_TEST_CASE(what_was_committed_is_there_after_a_kill) {
  // The child commits record after record, tells each that is committed, and
  // is killed somewhere in between.
  for (int round = 0; round < 5; ++round) {
    int channel[2];
    BOOST_REQUIRE(::pipe(channel) == 0);
    auto own = temporary.path() / std::to_string(round);
    auto child = ::fork();
    if (child == 0) {
      ::close(channel[0]);
      rocksdb_journal x{own};
      for (std::uint64_t i = 0;; ++i) {
        journal_batch batch;
        batch.records = {{"r", i, std::to_string(i)}};
        batch.summaries
          = {{"r", "flow", "", run_condition::running, {}, {}, {}}};
        x.commit(batch, i % 10 == 0 ? durability::sync : durability::process);
        if (::write(channel[1], &i, sizeof(i)) != sizeof(i))
          ::_exit(1);
      }
    }
    ::close(channel[1]);
    std::uint64_t told = 0;
    while (told < 40U + 30U * static_cast<unsigned>(round)
           && ::read(channel[0], &told, sizeof(told)) == sizeof(told))
      ;
    ::kill(child, SIGKILL);
    while (::read(channel[0], &told, sizeof(told)) == sizeof(told))
      ;
    ::close(channel[0]);
    ::waitpid(child, nullptr, 0);
    rocksdb_journal x{own};
    std::uint64_t next = 0;
    x.read("r", 0, [&](std::uint64_t n, std::string_view bytes) {
      BOOST_REQUIRE(n == next++);
      BOOST_REQUIRE(bytes == std::to_string(n));
      return true;
    });
    BOOST_TEST(next > told);
    BOOST_TEST(x.list(run_condition::running, "", 2).size() == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
