// SPDX-License-Identifier: MIT
#include "outcome.hpp"

#include <sstream>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

std::string describe(const value& x) {
  if (!x.has_codec())
    return fmt::format("a {}", x.type());
  std::ostringstream out;
  out << unpack_whole(x.encoding()).get();
  return out.str();
}

template <class Report>
std::string describe_unit(const std::string& name, const Report& x,
                          const std::vector<std::string>& keys) {
  auto state = x.state();
  auto result = fmt::format("{}: {}\n", name,
                            to_string(state.remove(status::recovering)));
  for (auto& key : keys)
    if (auto found = x.find(key))
      result += fmt::format("{}: {} = {}\n", name, key, describe(*found));
  return result;
}

} // namespace

std::string describe_outcome(const run_report& x,
                             const std::vector<std::string>& keys) {
  auto result = describe_unit(x.name(), x, keys);
  for (auto& process : x.processes()) {
    result += describe_unit(process.name(), process, keys);
    for (auto& step : process.steps()) {
      auto name = process.name() + '/' + step.name();
      result += describe_unit(name, step, keys);
      if (auto returned = step.returned())
        result += fmt::format("{} returned {}\n", name, describe(*returned));
    }
  }
  return result;
}

} // namespace lightflow::testing
