// SPDX-License-Identifier: MIT
#include "../support/printing.hpp"

using namespace lightflow;

BOOST_AUTO_TEST_SUITE(status_tests)

BOOST_AUTO_TEST_CASE(abnormal_flags_imply_failed_and_others_do_not) {
  for (auto x : {status::cancelled, status::timed_out, status::panicked,
                 status::error, status::stopped, status::callback_failed}) {
    BOOST_TEST(x.has(status::failed));
    BOOST_TEST(x.is_abnormal());
    BOOST_TEST(!x.succeeded());
  }
  for (auto x : {status::pending, status::paused, status::recovering,
                 status::suspended, status::success, status::skipped})
    BOOST_TEST(!x.has(status::failed));
}

BOOST_AUTO_TEST_CASE(has_wants_all_flags_and_has_any_one_of_them) {
  auto x = status::error | status::recovering;
  BOOST_TEST(x.has(status::error, status::recovering));
  BOOST_TEST(!x.has(status::error, status::panicked));
  BOOST_TEST(x.has_any(status::panicked, status::error));
  BOOST_TEST(!x.has_any(status::panicked, status::timed_out));
  BOOST_TEST(x.has_any(status::failed));
}

BOOST_AUTO_TEST_CASE(succeeded_means_ended_and_normal) {
  BOOST_TEST(status::success.succeeded());
  BOOST_TEST(status::skipped.succeeded());
  BOOST_TEST(!status::pending.succeeded());
  BOOST_TEST(!(status::success | status::callback_failed).succeeded());
  BOOST_TEST(!status{}.succeeded());
}

BOOST_AUTO_TEST_CASE(flags_are_added_and_removed) {
  auto x = status::pending;
  x.add(status::paused);
  BOOST_TEST(to_string(x) == "pending|paused");
  x.remove(status::pending);
  BOOST_TEST(x == status::paused);
  BOOST_TEST(status::from_bits(x.bits()) == x);
  auto y = status::error | status::timed_out;
  BOOST_TEST(y.remove(status::error) == status::timed_out);
  BOOST_TEST(y.remove(status::failed) == status::timed_out);
  BOOST_TEST(y.remove(status::timed_out) == status{});
  BOOST_TEST(status{status::failed}.remove(status::pending) == status::failed);
  BOOST_TEST(to_string(status{}) == "none");
  BOOST_TEST(to_string(status::error) == "failed|error");
}

BOOST_AUTO_TEST_SUITE_END()
