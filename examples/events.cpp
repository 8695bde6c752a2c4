// SPDX-License-Identifier: MIT
// What goes wrong outside of steps comes to event handlers.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace lf = lightflow;

int main() {
  lf::catalog catalog;
  auto& process = catalog.flow_with_process("orders");
  process.step("pack", [](lf::step& step) { step.set("order", 7); });
  process.after_step([](lf::step&) {
    throw std::runtime_error("the label printer is out of paper");
  });

  lf::engine_options options;
  options.events.capacity(1000)
    .handlers_at_once(4)
    .handle(lf::event_stage::callback,
            [](const lf::event& event) {
              fmt::print("{} in {} of {} {}: {}\n", to_string(event.level),
                         to_string(event.stage), to_string(event.layer),
                         event.unit_name(), event.cause.message);
              fmt::print("order {}, callback {} of the {}\n",
                         *event.get<int>("order"), event.details.at("order"),
                         event.details.at("scope"));
              return false; // the other handlers of this stage are left out
            })
    .on_discard([](const lf::event& event) {
      fmt::print("no place for event {}\n", event.id);
    });
  // Where the log goes, instead of spdlog's default logger.
  options.log = [](lf::log_level, std::string_view text) {
    fmt::print("log: {}\n", text);
  };

  lf::engine engine{catalog, options};
  return engine.start_as("order-7", "orders").wait().success() ? 0 : 1;
}
