// SPDX-License-Identifier: MIT
#include "lightflow/core/event.hpp"

#include <boost/stacktrace.hpp>
#include <fmt/format.h>

namespace lightflow {

std::string_view to_string(event_level x) {
  return x == event_level::error ? "error" : "panic";
}

std::string_view to_string(event_stage x) {
  static constexpr std::string_view names[event_stages]
    = {"condition", "callback", "resource", "record",
       "retry",     "persist",  "recover",  "distribute"};
  return names[static_cast<std::size_t>(x)];
}

std::string_view to_string(layer x) {
  static constexpr std::string_view names[] = {"flow", "process", "step"};
  return names[static_cast<std::size_t>(x)];
}

const std::string& event::unit_name() const {
  return layer == layer::flow      ? flow_name
         : layer == layer::process ? process_name
                                   : step_name;
}

const std::string& event::unit_id() const {
  return layer == layer::flow      ? run_id
         : layer == layer::process ? process_id
                                   : step_id;
}

std::string event::stack_trace() const {
  std::string result;
  for (auto address : cause.frames)
    result
      += boost::stacktrace::to_string(boost::stacktrace::frame{address}) + '\n';
  return result;
}

std::string to_string(const event& x) {
  auto result = fmt::format("{} in {}", to_string(x.level), to_string(x.stage));
  if (!x.unit_id().empty())
    result += fmt::format(R"( of {} "{}" (id {}))", to_string(x.layer),
                          x.unit_name(), x.unit_id());
  for (auto& [topic, text] : x.details)
    result += fmt::format(", {} {}", topic, text);
  return result + ": " + x.cause.message;
}

} // namespace lightflow
