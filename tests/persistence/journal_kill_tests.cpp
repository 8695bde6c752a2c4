// SPDX-License-Identifier: MIT
#include "../support/child_process.hpp"

#include "journal_fixture.hpp"

using namespace lightflow;
using namespace lightflow::tests;

BOOST_FIXTURE_TEST_SUITE(journal_kill_tests, journal_fixture)

BOOST_AUTO_TEST_CASE(what_a_killed_process_committed_is_there) {
  // A child commits record after record, tells each that is committed, and is
  // killed somewhere in between; the next one goes on in the same journal.
  std::uint64_t next = 0;
  for (std::uint64_t round = 0; round < 30; ++round) {
    auto how = round % 2 == 0 ? durability::process : durability::sync;
    auto told = next;
    {
      child_process child{[&](const child_process::tell& tell) {
        rocksdb_environment small;
        small.write_buffer = 64U << 10;
        rocksdb_journal x{where, small};
        for (auto i = next;; ++i) {
          x.commit(batch_of(i, i % 7 * 500), how);
          tell(i + 1);
        }
      }};
      for (auto enough = next + 1 + round * 13; told < enough;)
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
  for (int round = 0; round < 20; ++round) {
    fs::remove_all(where);
    {
      child_process child{[&](const child_process::tell& tell) {
        tell(0);
        rocksdb_journal x{where};
        tell(1);
      }};
      std::uint64_t told = 0;
      child.next(told);
      ::usleep(static_cast<::useconds_t>(round) * 500);
    }
    BOOST_TEST(records_in(rocksdb_journal{where}) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_journal_in_another_process_is_locked) {
  child_process child{[&](const child_process::tell& tell) {
    rocksdb_journal x{where};
    x.commit(batch_of(0), durability::process);
    tell(1);
    ::pause();
  }};
  std::uint64_t told = 0;
  BOOST_REQUIRE(child.next(told));
  BOOST_CHECK_EXCEPTION(rocksdb_journal{where}, journal_error,
                        code_is(error_code::journal_locked));
  BOOST_CHECK_EXCEPTION(
    rocksdb_journal{where}, journal_error,
    says({where.string(), "another engine or process", "end that"}));
  child.kill();
  BOOST_TEST(records_in(rocksdb_journal{where}) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
