// SPDX-License-Identifier: MIT
#include "lightflow/core/run_info.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/resource_set.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightflow {

namespace {

std::string no_resource_on_worker(std::string_view resource,
                                  const run_info& run) {
  return fmt::format(
    R"(resource "{}" cannot be used on worker "{}": resources )"
    "are at the engine; have the step run there, or take what "
    "it needs along as a value",
    resource, run.worker);
}

} // namespace

event run_info::make_event(event_stage stage, problem cause) const {
  event result;
  result.level = cause.is_panic() ? event_level::panic : event_level::error;
  result.stage = stage;
  result.flow_name = flow_name;
  result.run_id = id;
  result.cause = std::move(cause);
  return result;
}

std::string run_info::why_not_kept(const value& x) const {
  if (!has_to_keep_values())
    return {};
  if (!x.has_codec())
    return fmt::format(
      R"({} "{}"{}, and a {} cannot be encoded; add )"
      "MSGPACK_DEFINE, an inspect function or msgpack adaptors",
      recoverable ? "flow" : "the step runs on worker",
      recoverable ? flow_name : worker, recoverable ? " is recoverable" : "",
      x.has_value() ? x.type() : "value of nothing");
  auto size = x.encoded_size();
  if (size <= value_limit)
    return {};
  return fmt::format("its encoding has {} bytes, but the engine keeps values "
                     "of {} bytes at most; set engine_options::value_limit, or "
                     "keep the data elsewhere and a reference to it here",
                     size, value_limit);
}

process_run::process_run(std::shared_ptr<const run_info> run_of,
                         std::string process_name)
    : process_run(std::move(run_of), std::move(process_name), nullptr) {}

process_run::process_run(std::shared_ptr<const run_info> run_of,
                         std::string process_name,
                         std::unique_ptr<resource_set> its_resources)
    : run(std::move(run_of)), name(std::move(process_name)),
      resources(std::move(its_resources)) {
  if (resources != nullptr)
    resources->bind(*this);
}

process_run::~process_run() = default;

event process_run::make_event(event_stage stage, problem cause) const {
  auto result = run->make_event(stage, std::move(cause));
  result.layer = layer::process;
  result.process_name = name;
  result.process_id = id();
  return result;
}

result<resource_ptr> process_run::attach(std::string_view resource,
                                         const value& parameter,
                                         const unit& caller) const {
  if (!run->worker.empty())
    return fail(no_resource_on_worker(resource, *run));
  if (resources == nullptr)
    return fail(
      fmt::format(R"(the catalog has no resource "{}", nor any)", resource));
  if (auto why
      = parameter.has_value() ? run->why_not_kept(parameter) : std::string{};
      !why.empty())
    return fail(fmt::format(R"(resource "{}" cannot be attached: its )"
                            "parameter cannot be kept: {}",
                            resource, why));
  return resources->attach(resource, parameter, &caller);
}

resource_ptr process_run::acquire(std::string_view resource) const {
  if (!run->worker.empty())
    throw error(error_code::not_on_worker,
                no_resource_on_worker(resource, *run));
  return resources != nullptr ? resources->acquire(resource) : nullptr;
}

} // namespace lightflow
