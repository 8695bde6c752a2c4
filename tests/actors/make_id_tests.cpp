// SPDX-License-Identifier: MIT
#include "../../actors/src/make_id.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace lightflow;

BOOST_AUTO_TEST_SUITE(make_id_tests)

BOOST_AUTO_TEST_CASE(ids_are_random_uuids_and_differ) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto id = make_id();
    BOOST_REQUIRE(id.size() == 36U);
    for (std::size_t at = 0; at < id.size(); ++at)
      if (at == 8 || at == 13 || at == 18 || at == 23)
        BOOST_TEST(id[at] == '-');
      else
        BOOST_TEST(std::string{"0123456789abcdef"}.find(id[at])
                   != std::string::npos);
    BOOST_TEST(id[14] == '4');
    BOOST_TEST(std::string{"89ab"}.find(id[19]) != std::string::npos);
    BOOST_TEST(seen.insert(id).second);
  }
}

BOOST_AUTO_TEST_SUITE_END()
