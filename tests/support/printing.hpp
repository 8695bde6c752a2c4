// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/error.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/step_phase.hpp"

#include <boost/test/unit_test.hpp>

#include <exception>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace lightflow {

inline std::ostream& operator<<(std::ostream& out, status x) {
  return out << to_string(x);
}

inline std::ostream& operator<<(std::ostream& out, step_phase x) {
  return out << to_string(x);
}

} // namespace lightflow

namespace lightflow::tests {

/// Whether an exception is an error with this code.
inline auto code_is(error_code expected) {
  return [expected](const error& e) {
    BOOST_TEST_MESSAGE(e.what());
    return e.code() == expected;
  };
}

/// Whether an exception's text has all these parts in it.
inline auto says(std::initializer_list<std::string_view> parts) {
  return [all = std::vector<std::string>(parts.begin(), parts.end())](
           const std::exception& e) {
    std::string text = e.what();
    for (auto& part : all)
      if (text.find(part) == std::string::npos) {
        BOOST_TEST_MESSAGE("does not say \"" << part << "\": " << text);
        return false;
      }
    return true;
  };
}

} // namespace lightflow::tests
