// SPDX-License-Identifier: MIT
#include "../../actors/src/step_set.hpp"

#include <boost/test/unit_test.hpp>

using namespace lightflow;

BOOST_AUTO_TEST_SUITE(step_set_tests)

BOOST_AUTO_TEST_CASE(a_set_has_the_steps_that_were_added_and_no_other) {
  for (std::size_t steps : {1U, 64U, 65U, 1000U}) {
    step_set xs{steps};
    for (step_index x = 0; x < steps; x += 3)
      xs.insert(x);
    for (step_index x = 0; x < steps; ++x)
      BOOST_TEST(xs.contains(x) == (x % 3 == 0));
  }
}

BOOST_AUTO_TEST_SUITE_END()
