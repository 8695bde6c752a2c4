// SPDX-License-Identifier: MIT
#include "../../actors/src/process_timers.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>

using namespace lightflow;
using namespace std::chrono_literals;

namespace {

struct timers_fixture {
  static constexpr duration horizon = 30s;

  void add(duration from_start) {
    timers.add({start + from_start, process_timer::kind::retry});
  }

  /// Whether a message is to be sent, and for when.
  std::optional<duration> next_wake() {
    auto left = timers.next_wake(
      [this] {
        ++clock_reads;
        return start + now;
      },
      horizon);
    return left ? std::optional{now + *left} : std::nullopt;
  }

  process_timers timers;
  time_point start{};
  duration now{0};
  int clock_reads = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_timer_tests, timers_fixture)

BOOST_AUTO_TEST_CASE(without_timers_there_is_nothing_to_wake_for) {
  BOOST_TEST(!next_wake());
  BOOST_TEST(!timers.take_due(start));
}

BOOST_AUTO_TEST_CASE(one_message_is_sent_for_the_earliest_timer) {
  add(20s);
  BOOST_TEST((next_wake() == 20s));
  BOOST_TEST(!next_wake());
  add(25s);
  BOOST_TEST(!next_wake());
  add(10s);
  BOOST_TEST((next_wake() == 10s));
}

BOOST_AUTO_TEST_CASE(a_timer_of_the_past_wakes_at_once) {
  now = 5s;
  add(2s);
  BOOST_TEST((next_wake() == 5s));
}

BOOST_AUTO_TEST_CASE(what_is_far_away_is_looked_at_again_with_each_tick) {
  add(50s);
  BOOST_TEST(!next_wake());
  now = 25s;
  BOOST_TEST(!next_wake()); // a tick will come in time
  BOOST_TEST(clock_reads == 1);
  timers.ticked();
  BOOST_TEST((next_wake() == 50s));
}

BOOST_AUTO_TEST_CASE(a_tick_sends_no_second_message) {
  add(20s);
  BOOST_TEST((next_wake() == 20s));
  timers.ticked();
  BOOST_TEST(!next_wake());
}

BOOST_AUTO_TEST_CASE(after_a_message_the_next_timer_gets_one) {
  add(10s);
  add(15s);
  BOOST_TEST((next_wake() == 10s));
  now = 10s;
  timers.woken();
  BOOST_TEST(timers.take_due(start + now).has_value());
  BOOST_TEST(!timers.take_due(start + now).has_value());
  BOOST_TEST((next_wake() == 15s));
}

BOOST_AUTO_TEST_SUITE_END()
