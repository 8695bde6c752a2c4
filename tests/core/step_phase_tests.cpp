// SPDX-License-Identifier: MIT
#include "lightflow/core/step_phase.hpp"

#include "../support/printing.hpp"

#include <iterator>

using namespace lightflow;

BOOST_AUTO_TEST_SUITE(step_phase_tests)

BOOST_AUTO_TEST_CASE(each_phase_takes_the_triggers_of_the_table_and_no_others) {
  using enum step_phase;
  using enum step_trigger;
  struct row {
    step_phase from;
    step_trigger trigger;
    step_phase to;
  };
  const row rows[] = {
    {waiting, release, ready},        {waiting, drop, ended},
    {ready, start, running},          {ready, drop, ended},
    {running, back_off, backing_off}, {running, finish, ended},
    {running, drop, ended},           {backing_off, due, ready},
    {backing_off, drop, ended},       {running, interrupt, ready},
    {ended, reopen, waiting},
  };
  std::size_t transitions = 0;
  for (std::size_t p = 0; p < step_phases; ++p)
    for (std::size_t t = 0; t < step_triggers; ++t) {
      auto from = static_cast<step_phase>(p);
      auto trigger = static_cast<step_trigger>(t);
      std::optional<step_phase> expected;
      for (auto& x : rows)
        if (x.from == from && x.trigger == trigger)
          expected = x.to;
      BOOST_TEST((next_phase(from, trigger) == expected),
                 to_string(from) << " " << to_string(trigger));
      transitions += expected.has_value() ? 1 : 0;
    }
  BOOST_TEST(transitions == std::size(rows));
}

BOOST_AUTO_TEST_SUITE_END()
