// SPDX-License-Identifier: MIT
#include "../../persistence/src/rocksdb_log_check.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

#include <rocksdb/write_batch.h>

using lightflow::detail::log_check;
using decision = rocksdb::WalFilter::WalProcessingOption;

namespace {

struct log_check_fixture {
  /// A batch of two writes that begins with this number.
  bool gives(decision expected, unsigned long long log, std::uint64_t number) {
    rocksdb::WriteBatch writes;
    writes.Put("a", "1");
    writes.Put("b", "2");
    auto bytes = writes.Data();
    for (std::size_t i = 0; i < 8; ++i)
      bytes[i] = static_cast<char>(number >> (8 * i) & 0xFF);
    return check.LogRecordFound(log, "", rocksdb::WriteBatch{bytes}, nullptr,
                                nullptr)
           == expected;
  }

  log_check check;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_check_tests, log_check_fixture)

BOOST_AUTO_TEST_CASE(logs_without_gaps_are_replayed) {
  BOOST_TEST(gives(decision::kContinueProcessing, 4, 300));
  BOOST_TEST(gives(decision::kContinueProcessing, 4, 302));
  BOOST_TEST(gives(decision::kContinueProcessing, 7, 304));
  BOOST_TEST(gives(decision::kContinueProcessing, 7, 306));
}

BOOST_AUTO_TEST_CASE(a_gap_within_a_log_is_damage) {
  BOOST_TEST(gives(decision::kContinueProcessing, 4, 300));
  BOOST_TEST(gives(decision::kCorruptedRecord, 4, 304));
}

BOOST_AUTO_TEST_CASE(what_follows_a_log_that_lost_its_end_is_dropped) {
  BOOST_TEST(gives(decision::kContinueProcessing, 4, 300));
  BOOST_TEST(gives(decision::kStopReplay, 7, 304));
}

BOOST_AUTO_TEST_CASE(a_write_that_failed_and_was_made_again_is_no_gap) {
  BOOST_TEST(gives(decision::kContinueProcessing, 4, 300));
  BOOST_TEST(gives(decision::kContinueProcessing, 7, 300));
  BOOST_TEST(gives(decision::kContinueProcessing, 7, 302));
}

BOOST_AUTO_TEST_SUITE_END()
