// SPDX-License-Identifier: MIT
#include "lightflow/core/name.hpp"

#include "lightflow/core/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace lightflow;

BOOST_AUTO_TEST_SUITE(name_tests)

BOOST_AUTO_TEST_CASE(names_have_1_to_128_letters_digits_and_three_signs) {
  for (auto good :
       {std::string{"a"}, std::string{"A-b_c.9"}, std::string(128, 'x')})
    BOOST_TEST(is_valid_name(good), good);
  for (auto bad :
       {std::string{}, std::string(129, 'x'), std::string{"a b"},
        std::string{"a/b"}, std::string{"\xC3\xA4"}, std::string{"a\0b", 3}})
    BOOST_TEST(!is_valid_name(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_bad_name_is_told_with_its_kind) {
  auto names_both = [](const definition_error& e) {
    return std::string{e.what()}.find(R"(bad step name "a b")") == 0;
  };
  BOOST_CHECK_EXCEPTION(require_valid_name("step", "a b"), definition_error,
                        names_both);
}

BOOST_AUTO_TEST_SUITE_END()
