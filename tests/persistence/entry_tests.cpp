// SPDX-License-Identifier: MIT
#include "../../persistence/src/rocksdb_entries.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace lightflow;
using detail::entries_of;
using detail::entry;
using detail::entry_reader;

namespace {

using records = std::vector<journal_batch::record>;

std::vector<std::string> lines_of(const entry& x) {
  std::vector<std::string> result;
  entry_reader in{x.first, x.bytes};
  while (auto next = in.next())
    result.push_back(std::to_string(next->number) + ":"
                     + std::string{next->bytes});
  BOOST_TEST(!in.is_damaged());
  return result;
}

using lines = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(entry_tests)

BOOST_AUTO_TEST_CASE(records_of_a_run_share_an_entry) {
  records all{{"a", 3, "x"}, {"b", 0, ""}, {"a", 4, "yz"}, {"b", 1, "w"}};
  auto found = entries_of(all);
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].run == "a");
  BOOST_TEST(found[1].run == "b");
  BOOST_TEST(lines_of(found[0]) == (lines{"3:x", "4:yz"}),
             boost::test_tools::per_element());
  BOOST_TEST(lines_of(found[1]) == (lines{"0:", "1:w"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_large_entry_gets_no_more_records) {
  records all;
  for (std::uint64_t i = 0; i < 100; ++i)
    all.push_back({"a", i, std::string(10'000, 'x')});
  auto found = entries_of(all);
  BOOST_REQUIRE(found.size() > 2U);
  std::uint64_t next = 0;
  for (auto& x : found) {
    BOOST_TEST(x.first == next);
    BOOST_TEST(x.bytes.size() < 80'000U);
    next += lines_of(x).size();
  }
  BOOST_TEST(next == 100U);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_does_not_change_where_entries_begin) {
  records all;
  std::vector<entry> before;
  for (std::uint64_t i = 0; i < 30; ++i) {
    all.push_back({"a", i, std::string(10'000, 'x')});
    auto found = entries_of(all);
    for (std::size_t k = 0; k < before.size(); ++k)
      BOOST_TEST(found[k].first == before[k].first);
    before = std::move(found);
  }
}

BOOST_AUTO_TEST_CASE(an_entry_that_ends_early_is_damaged) {
  auto whole = entries_of({{"a", 0, "one"}, {"a", 1, "two"}})[0].bytes;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    entry_reader in{0, std::string_view{whole}.substr(0, size)};
    std::size_t seen = 0;
    while (in.next())
      ++seen;
    BOOST_TEST(seen == (size < 7 ? 0U : 1U));
    BOOST_TEST(in.is_damaged() == (size != 0 && size != 7));
  }
}

BOOST_AUTO_TEST_SUITE_END()
