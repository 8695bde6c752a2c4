// SPDX-License-Identifier: MIT
#include "lightflow/actors/engine.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"

#include "engine_core.hpp"
#include "make_id.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lightflow {

namespace {

std::shared_ptr<const flow_plan> find_flow(const catalog& flows,
                                           std::string_view name) {
  if (auto result = flows.plan(name))
    return result;
  throw error(error_code::unknown_flow,
              fmt::format(R"(no flow "{}" in the catalog, which has: {})", name,
                          fmt::join(flows.flows(), ", ")));
}

start_run make_start(const catalog& flows, std::string_view flow, inputs input,
                     std::string id, bool remember) {
  auto plan = find_flow(flows, flow);
  for (auto& [key, x] : input)
    if (plan->recoverable && !x.has_codec())
      throw error(
        error_code::no_codec,
        fmt::format(R"(input "{}" of recoverable flow "{}" is a {}, which )"
                    "cannot be encoded: add MSGPACK_DEFINE, an inspect "
                    "function or msgpack adaptors",
                    key, flow, x.has_value() ? x.type() : "value of nothing"));
  return {std::make_shared<run_channel>(std::move(id), std::move(plan)),
          std::make_shared<const writes>(std::move(input)), remember};
}

} // namespace

engine::engine(const catalog& flows, engine_options options)
    : core_(std::make_shared<engine_core>(nullptr, flows, std::move(options))) {
}

engine::engine(caf::actor_system& system, const catalog& flows,
               engine_options options)
    : core_(std::make_shared<engine_core>(&system, flows, std::move(options))) {
}

engine::~engine() {
  core_->close();
}

run_report engine::run(std::string_view flow, inputs input) {
  return start(flow, std::move(input)).wait();
}

run_handle engine::start(std::string_view flow, inputs input) {
  auto what
    = make_start(core_->flows(), flow, std::move(input), make_id(), false);
  run_handle result{what.channel, core_};
  core_->start(std::move(what));
  return result;
}

run_handle engine::start_as(std::string id, std::string_view flow,
                            inputs input) {
  if (!is_valid_name(id))
    throw error(error_code::bad_run_id,
                fmt::format(R"(bad run id "{}": use 1 to 128 letters, digits, )"
                            "'_', '-' or '.'",
                            id));
  auto what
    = make_start(core_->flows(), flow, std::move(input), std::move(id), true);
  auto channel = core_->ask<std::shared_ptr<run_channel>>(std::move(what));
  return {channel.value(), core_};
}

std::optional<run_handle> engine::find(const std::string& id) const {
  auto channel = core_->ask<std::shared_ptr<run_channel>>(find_atom::value, id);
  if (!channel || *channel == nullptr)
    return std::nullopt;
  return run_handle{std::move(*channel), core_};
}

event_counts engine::event_counts() const {
  return core_->event_counts();
}

} // namespace lightflow
