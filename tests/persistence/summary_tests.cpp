// SPDX-License-Identifier: MIT
#include "../../persistence/src/summary_codec.hpp"

#include "lightflow/core/error.hpp"

#include "../support/printing.hpp"
#include "../support/samples.hpp"

#include <boost/test/unit_test.hpp>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

run_summary some_summary() {
  return {"run",          "flow",  "0123abcd", run_condition::suspended,
          status::failed, at(100), at(200)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(summary_tests)

BOOST_AUTO_TEST_CASE(all_that_is_in_a_summary_comes_back) {
  auto x = some_summary();
  auto decoded = decode_summary("run", encode_summary(x));
  BOOST_TEST(decoded.id == "run");
  BOOST_TEST(decoded.flow == "flow");
  BOOST_TEST(decoded.definition == "0123abcd");
  BOOST_TEST((decoded.condition == run_condition::suspended));
  BOOST_TEST(decoded.state == status::failed);
  BOOST_TEST((decoded.start == at(100)));
  BOOST_TEST((decoded.updated == at(200)));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_cut_off_are_refused) {
  auto bytes = encode_summary(some_summary());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_CHECK_EXCEPTION(decode_summary("run", {bytes.data(), size}), error,
                          code_is(error_code::bad_encoding));
}

BOOST_AUTO_TEST_CASE(a_condition_that_is_unknown_is_refused) {
  auto x = some_summary();
  x.condition = static_cast<run_condition>(200);
  BOOST_CHECK_EXCEPTION(decode_summary("run", encode_summary(x)), error,
                        code_is(error_code::bad_encoding));
}

BOOST_AUTO_TEST_SUITE_END()
