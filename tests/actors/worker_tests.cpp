// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <optional>
#include <stdexcept>
#include <string_view>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_AUTO_TEST_SUITE(worker_tests)

BOOST_AUTO_TEST_CASE(a_logger_of_a_worker_that_throws_does_no_harm) {
  lightflow::catalog catalog;
  std::optional<worker> self;
  int lines = 0;
  worker_options options{{"localhost", 1}, {"gpu"}}; // where no engine is
  options.log = [&](log_level, std::string_view) {
    ++lines;
    self->stop();
    throw std::runtime_error("bang");
  };
  self.emplace(catalog, options);
  self->run();
  BOOST_TEST(lines == 2); // that it has no connection, and that it drains
}

BOOST_AUTO_TEST_SUITE_END()
