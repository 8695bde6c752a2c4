// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE lightflow_testing
#include <boost/test/unit_test.hpp>
