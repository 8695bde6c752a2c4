// SPDX-License-Identifier: MIT
#include "journal_fixture.hpp"

#include <random>

using namespace lightflow;
using namespace lightflow::tests;
using operation = disk_fault::operation;

namespace {

/// Commits until it succeeds, as an engine does; gives how often it did not.
int commit_until_done(journal& x, const journal_batch& batch, durability how,
                      faulty_disk& disk, int mended_after = 3) {
  for (int failed = 0;; ++failed) {
    if (failed == mended_after)
      disk.mend();
    try {
      x.commit(batch, how);
      return failed;
    } catch (const journal_error& e) {
      BOOST_TEST_MESSAGE(e.what());
      BOOST_REQUIRE(e.code() == error_code::journal_failed);
      BOOST_REQUIRE(failed < mended_after + 3);
    }
  }
}

const rocksdb::IOStatus errors[] = {rocksdb::IOStatus::IOError("injected"),
                                    rocksdb::IOStatus::NoSpace("injected")};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_fault_tests, journal_fixture)

BOOST_AUTO_TEST_CASE(a_failed_commit_succeeds_once_the_disk_does) {
  for (auto how : {durability::process, durability::sync})
    for (auto what : {operation::append, operation::sync})
      for (auto& error : errors)
        for (auto done : {0.0, 0.5, 1.0})
          for (std::uint64_t before : {0U, 10U})
            BOOST_TEST_CONTEXT(static_cast<int>(how)
                               << static_cast<int>(what) << error.ToString()
                               << done << ' ' << before) {
              fs::remove_all(where);
              fill(0, 0);
              auto x = open();
              for (std::uint64_t i = 0; i < before; ++i)
                x->commit(batch_of(i), how);
              auto failures = disk->failures();
              disk->fail({what, ".log", 0, done, error});
              auto failed = commit_until_done(*x, batch_of(before), how, *disk);
              BOOST_TEST((failed > 0) == (disk->failures() > failures));
              disk->mend();
              BOOST_TEST(records_in(*x) == before + 1);
              x->commit(batch_of(before + 1), how);
              x.reset();
              BOOST_TEST(records_in(*open()) == before + 2);
            }
}

BOOST_AUTO_TEST_CASE(a_journal_can_be_read_while_its_disk_fails) {
  fill(0, 10);
  auto x = open();
  x->commit(batch_of(10), durability::sync);
  disk->fail({operation::append, ""});
  for (int i = 0; i < 3; ++i) {
    BOOST_CHECK_THROW(x->commit(batch_of(11), durability::sync), journal_error);
    BOOST_TEST(records_in(*x) == 11U);
    BOOST_TEST(x->list(run_condition::running, "", 2).size() == 1U);
  }
  disk->mend();
  x->commit(batch_of(11), durability::sync);
  BOOST_TEST(records_in(*x) == 12U);
}

BOOST_AUTO_TEST_CASE(a_failure_in_the_background_loses_nothing) {
  environment.write_buffer = 64U << 10;
  for (auto file : {".sst", "MANIFEST", ".log"})
    for (auto what : {operation::append, operation::sync})
      for (auto& error : errors)
        BOOST_TEST_CONTEXT(file << static_cast<int>(what) << error.ToString()) {
          fs::remove_all(where);
          auto x = open();
          disk->fail(
            {what, file, file == std::string{".log"} ? 50U : 2U, 0.5, error});
          for (std::uint64_t i = 0; i < 400; ++i)
            commit_until_done(*x, batch_of(i, 1000), durability::process,
                              *disk);
          disk->mend();
          BOOST_TEST(records_in(*x) == 400U);
          x.reset();
          BOOST_TEST(records_in(*open()) == 400U);
        }
}

BOOST_AUTO_TEST_CASE(a_loss_of_power_takes_nothing_that_was_synced) {
  fill(0, 10, durability::sync);
  disk->lose_power();
  BOOST_TEST(records_in(*open()) == 10U);
  fill(10, 20, durability::process);
  disk->lose_power();
  BOOST_TEST(records_in(*open()) >= 10U);
}

BOOST_AUTO_TEST_CASE(whatever_fails_what_was_committed_is_there) {
  // Random faults, ends and losses of power, from a fixed seed. What a loss of
  // power leaves must be all up to a record, and all that was synced.
  environment.write_buffer = 64U << 10;
  std::mt19937 random{1};
  auto below = [&](std::uint64_t n) { return random() % n; };
  std::uint64_t next = 0;
  std::uint64_t synced = 0;
  for (int round = 0; round < 25; ++round) {
    auto x = open();
    auto there = records_in(*x);
    BOOST_REQUIRE(there >= synced);
    BOOST_REQUIRE(there <= next + 1); // the last may be there though it failed
    next = there;
    const char* files[] = {".log", ".sst", "MANIFEST", ""};
    for (auto end = next + below(200); next < end; ++next) {
      if (below(30) == 0)
        disk->fail({below(2) == 0 ? operation::append : operation::sync,
                    files[below(4)], below(5),
                    static_cast<double>(below(5)) / 4, errors[below(2)]});
      auto how = below(4) == 0 ? durability::sync : durability::process;
      commit_until_done(*x, batch_of(next, below(3000)), how, *disk,
                        static_cast<int>(below(4)));
      if (how == durability::sync)
        synced = next + 1;
    }
    if (below(2) == 0) { // ends after a failure
      disk->fail(
        {operation::append, ".log", 0, static_cast<double>(below(5)) / 4});
      BOOST_CHECK_THROW(
        x->commit(batch_of(next, below(60'000)), durability::process),
        journal_error);
      for (auto again = below(3); again > 0; --again)
        BOOST_CHECK_THROW(x->commit(batch_of(next, 10), durability::process),
                          journal_error);
    }
    x.reset();
    disk->mend();
    if (below(3) == 0)
      disk->lose_power();
    else
      synced = next;
  }
  BOOST_TEST_MESSAGE(next << " records, " << disk->failures() << " failures");
}

BOOST_AUTO_TEST_SUITE_END()
