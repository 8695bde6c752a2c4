// SPDX-License-Identifier: MIT
#include "lightflow/core/settings.hpp"

#include "lightflow/core/catalog.hpp"
#include "lightflow/core/plan.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace lightflow;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(settings_tests)

BOOST_AUTO_TEST_CASE(waits_grow_by_the_factor_up_to_the_cap) {
  retry_policy policy;
  policy.initial = 100ms;
  policy.factor = 3;
  policy.cap = 1s;
  BOOST_TEST((policy.delay_after(1, 0) == 100ms));
  BOOST_TEST((policy.delay_after(2, 0) == 300ms));
  BOOST_TEST((policy.delay_after(3, 0) == 900ms));
  BOOST_TEST((policy.delay_after(4, 0) == 1s));
  BOOST_TEST((policy.delay_after(1'000'000, 0) == 1s));
}

BOOST_AUTO_TEST_CASE(waits_without_a_cap_do_not_overflow) {
  retry_policy policy;
  policy.initial = 1h;
  policy.factor = 10;
  for (std::uint32_t i : {1U, 10U, 100U, 4'000'000'000U})
    BOOST_TEST((policy.delay_after(i, 0) >= 1h));
}

BOOST_AUTO_TEST_CASE(jitter_shortens_by_its_part_at_most_and_repeats) {
  retry_policy policy;
  policy.initial = 1s;
  policy.factor = 1;
  policy.jitter = 0.25;
  duration least = 2s;
  duration most = 0s;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    auto x = policy.delay_after(1, seed);
    BOOST_TEST((x == policy.delay_after(1, seed)));
    least = std::min(least, x);
    most = std::max(most, x);
  }
  BOOST_TEST((least >= 750ms && least < 760ms));
  BOOST_TEST((most <= 1s && most > 990ms));
}

BOOST_AUTO_TEST_CASE(no_wait_is_the_default) {
  for (std::uint32_t attempt : {1U, 5U, 1'025U, 4'000'000'000U})
    BOOST_TEST((retry_policy{}.delay_after(attempt, 1) == 0s));
}

BOOST_AUTO_TEST_CASE(what_is_open_comes_from_the_wider_scope) {
  settings narrow;
  narrow.parallelism = 1;
  settings wide;
  wide.parallelism = 2;
  wide.step_timeout = 5s;
  auto both = narrow.or_else(wide);
  BOOST_TEST(*both.parallelism == 1U);
  BOOST_TEST((*both.step_timeout == 5s));
  BOOST_TEST(!both.recoverable.has_value());
}

BOOST_AUTO_TEST_CASE(durability_is_that_of_the_flow_or_of_the_defaults) {
  for (bool flow_says : {false, true})
    for (bool defaults_say : {false, true}) {
      catalog flows;
      if (defaults_say)
        flows.defaults().durability(durability::process);
      if (flow_says)
        flows.flow("flow").durability(durability::none);
      else
        flows.flow("flow");
      auto expected = flow_says      ? std::optional{durability::none}
                      : defaults_say ? std::optional{durability::process}
                                     : std::nullopt; // the engine's
      BOOST_TEST((flows.plan("flow")->durability == expected));
    }
}

BOOST_AUTO_TEST_SUITE_END()
