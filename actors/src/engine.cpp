// SPDX-License-Identifier: MIT
#include "lightflow/actors/engine.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/core/unit.hpp"

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

void require_keepable(const run_info& who, const inputs& input) {
  for (auto& [key, x] : input)
    if (auto why = who.why_not_kept(x); !why.empty())
      throw error(x.has_codec() ? error_code::value_too_large
                                : error_code::no_codec,
                  fmt::format(R"(input "{}" cannot be kept: {})", key, why));
}

start_run make_start(const engine_core& core, std::string_view flow,
                     inputs input, std::string id, bool remember) {
  auto plan = find_flow(core.flows(), flow);
  auto how = core.durability_of(*plan);
  require_keepable(
    {id, plan->name, how != durability::none, nullptr, core.value_limit()},
    input);
  return {std::make_shared<run_channel>(std::move(id), std::move(plan)),
          std::make_shared<const writes>(std::move(input)), how, remember};
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
  auto what = make_start(*core_, flow, std::move(input), make_id(), false);
  return {core_->start(std::move(what)), core_};
}

std::vector<run_handle> engine::start_all(std::string_view flow,
                                          std::vector<inputs> all) {
  std::vector<start_run> what;
  what.reserve(all.size());
  for (auto& input : all)
    what.push_back(
      make_start(*core_, flow, std::move(input), make_id(), false));
  std::vector<run_handle> result;
  result.reserve(all.size());
  for (auto& x : core_->start_all(std::move(what)))
    result.push_back({std::move(x), core_});
  return result;
}

run_handle engine::start_as(std::string id, std::string_view flow,
                            inputs input) {
  if (!is_valid_name(id))
    throw error(error_code::bad_run_id,
                fmt::format(R"(bad run id "{}": use 1 to 128 letters, digits, )"
                            "'_', '-' or '.'",
                            id));
  auto what = make_start(*core_, flow, std::move(input), std::move(id), true);
  return {core_->start(std::move(what)), core_};
}

std::optional<run_handle> engine::find(const std::string& id) const {
  if (auto channel = core_->find(id))
    return run_handle{std::move(channel), core_};
  return std::nullopt;
}

run_handle engine::recover(const std::string& id) {
  return {core_->recover(id), core_};
}

std::vector<run_summary> engine::list(run_condition condition,
                                      std::string_view after,
                                      std::size_t limit) const {
  return core_->journal().list(condition, after, limit);
}

bool engine::forget(const std::string& id) {
  return core_->forget(id);
}

event_counts engine::event_counts() const {
  return core_->event_counts();
}

} // namespace lightflow
