// SPDX-License-Identifier: MIT
#include "../support/child_process.hpp"

#include "journal_fixture.hpp"

#include <sstream>

#include <fmt/format.h>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(journal_kill_tests, journal_fixture)

// Commits record after record, and tells how many are committed. Does nothing
// but in a child process.
BOOST_AUTO_TEST_CASE(child_that_commits) {
  std::istringstream in{child_process::argument()};
  if (in.str().empty())
    return;
  std::string directory;
  std::uint64_t next = 0;
  bool sync = false;
  in >> directory >> next >> sync;
  rocksdb_environment small;
  small.write_buffer = 64U << 10;
  child_process::tell(next);
  rocksdb_journal x{directory, small};
  for (;; ++next) {
    x.commit(batch_of(next, next % 7 * 500),
             sync ? durability::sync : durability::process);
    child_process::tell(next + 1);
  }
}

BOOST_AUTO_TEST_CASE(what_a_killed_process_committed_is_there) {
  std::uint64_t next = 0;
  for (std::uint64_t round = 0; round < 30; ++round) {
    auto told = next;
    {
      child_process child{
        "journal_kill_tests/child_that_commits",
        fmt::format("{} {} {}", where.string(), next, round % 2)};
      for (auto enough = next + 1 + round * 5; told < enough;)
        BOOST_REQUIRE(child.next(told));
      child.kill();
      while (child.next(told))
        ;
    }
    rocksdb_journal x{where};
    next = records_in(x);
    BOOST_TEST(next >= told);
    BOOST_TEST(next <= told + 1);
    BOOST_TEST(x.list(run_condition::running, "", 2).size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_process_killed_while_it_makes_a_journal_leaves_no_ruin) {
  for (unsigned round = 0; round < 20; ++round) {
    fs::remove_all(where);
    {
      child_process child{"journal_kill_tests/child_that_commits",
                          fmt::format("{} 0 1", where.string())};
      std::uint64_t told = 0;
      BOOST_REQUIRE(child.next(told));
      ::usleep(round * 1000); // where in the making it is killed
    }
    BOOST_CHECK_NO_THROW(rocksdb_journal{where});
  }
}

BOOST_AUTO_TEST_CASE(a_journal_in_another_process_is_locked) {
  child_process child{"journal_kill_tests/child_that_commits",
                      fmt::format("{} 0 0", where.string())};
  std::uint64_t told = 0;
  while (told == 0)
    BOOST_REQUIRE(child.next(told));
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where}, journal_error,
                        code_is(error_code::journal_locked));
  BOOST_CHECK_EXCEPTION(
    rocksdb_journal{where}, journal_error,
    says({where.string(), "another engine or process", "end that"}));
  child.kill();
  BOOST_TEST(records_in(rocksdb_journal{where}) > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
