// SPDX-License-Identifier: MIT
#include "lightflow/core/stop_signal.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <stop_token>
#include <thread>

using namespace lightflow;

BOOST_AUTO_TEST_SUITE(stop_signal_tests)

BOOST_AUTO_TEST_CASE(a_token_from_before_a_request_sees_it) {
  stop_signal signal;
  auto token = signal.token();
  bool called = false;
  std::stop_callback callback{token, [&] { called = true; }};
  BOOST_TEST(token.stop_possible());
  BOOST_TEST(!token.stop_requested());
  signal.request();
  BOOST_TEST(signal.is_requested());
  BOOST_TEST(token.stop_requested());
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(a_token_from_after_a_request_sees_it) {
  stop_signal signal;
  BOOST_TEST(!signal.is_requested());
  signal.request();
  BOOST_TEST(signal.token().stop_requested());
}

BOOST_AUTO_TEST_CASE(all_tokens_are_of_one_source) {
  stop_signal signal;
  BOOST_TEST((signal.token() == signal.token()));
}

BOOST_AUTO_TEST_CASE(a_token_outlives_its_signal) {
  auto signal = std::optional<stop_signal>{std::in_place};
  auto before = signal->token();
  signal->request();
  auto after = signal->token();
  signal.reset();
  BOOST_TEST(before.stop_requested());
  BOOST_TEST(after.stop_requested());
}

BOOST_AUTO_TEST_CASE(a_token_made_during_a_request_sees_it) {
  for (int i = 0; i < 1000; ++i) {
    stop_signal signal;
    std::atomic<bool> go{false};
    std::jthread other{[&] {
      go = true;
      signal.request();
    }};
    while (!go)
      std::this_thread::yield();
    auto token = signal.token();
    other.join();
    BOOST_REQUIRE(token.stop_requested());
  }
}

BOOST_AUTO_TEST_SUITE_END()
