// SPDX-License-Identifier: MIT
#include "lightflow/core/function_name.hpp"

#include <boost/test/unit_test.hpp>

using namespace lightflow;

namespace {

void in_anonymous_namespace() {}

struct holder {
  static void member() {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(function_name_tests)

BOOST_AUTO_TEST_CASE(a_function_has_its_own_name_without_its_scope) {
  BOOST_TEST(function_name<in_anonymous_namespace>()
             == "in_anonymous_namespace");
  BOOST_TEST(function_name<holder::member>() == "member");
  BOOST_TEST(fn<holder::member> == "member");
}

BOOST_AUTO_TEST_SUITE_END()
