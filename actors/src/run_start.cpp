// SPDX-License-Identifier: MIT
#include "run_start.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/core/run_info.hpp"

#include "engine_core.hpp"
#include "make_id.hpp"

#include <memory>
#include <utility>

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

void require_keepable(const engine_core& core, const flow_plan& flow,
                      durability how, const writes& input) {
  if (input.empty())
    return;
  run_info who{
    {}, flow.name, how != durability::none, nullptr, core.value_limit()};
  for (auto& [key, x] : input)
    if (auto why = who.why_not_kept(x); !why.empty())
      throw error(x.has_codec() ? error_code::value_too_large
                                : error_code::no_codec,
                  fmt::format(R"(input "{}" cannot be kept: {})", key, why));
}

start_run make(const engine_core& core, std::string_view flow, writes input,
               std::string id, bool remember) {
  auto plan = find_flow(core.flows(), flow);
  auto how = core.durability_of(*plan);
  require_keepable(core, *plan, how, input);
  return {std::make_shared<run_channel>(std::move(id), std::move(plan)),
          std::make_shared<const writes>(std::move(input)), how, remember};
}

} // namespace

start_run make_start(const engine_core& core, std::string_view flow,
                     writes input) {
  return make(core, flow, std::move(input), make_id(), false);
}

start_run make_start_as(const engine_core& core, std::string id,
                        std::string_view flow, writes input) {
  if (!is_valid_name(id))
    throw error(error_code::bad_run_id, describe_bad_name("run id", id));
  return make(core, flow, std::move(input), std::move(id), true);
}

} // namespace lightflow
