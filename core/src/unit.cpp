// SPDX-License-Identifier: MIT
#include "lightflow/core/unit.hpp"

#include <fmt/format.h>

namespace lightflow {

event run_info::make_event(event_stage stage, problem cause) const {
  event result;
  result.level = cause.is_panic() ? event_level::panic : event_level::error;
  result.stage = stage;
  result.flow_name = flow_name;
  result.run_id = id;
  result.cause = std::move(cause);
  return result;
}

process_run::process_run(std::shared_ptr<const run_info> run_of,
                         std::string process_name,
                         std::unique_ptr<resource_set> its_resources)
    : run(std::move(run_of)), name(std::move(process_name)),
      resources(std::move(its_resources)) {
  if (resources != nullptr)
    resources->bind(*this);
}

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
  if (resources == nullptr)
    return fail(
      fmt::format(R"(the catalog has no resource "{}", nor any)", resource));
  return resources->attach(resource, parameter, &caller);
}

resource_ptr process_run::acquire(std::string_view resource) const {
  return resources != nullptr ? resources->acquire(resource) : nullptr;
}

void unit::set(std::string_view key, value x) {
  if (run().recoverable && !x.has_codec())
    throw lightflow::error(
      error_code::no_codec,
      fmt::format(R"(key "{}" cannot be set to a {}: flow "{}" is )"
                  "recoverable, and the type cannot be encoded; add "
                  "MSGPACK_DEFINE, an inspect function or msgpack "
                  "adaptors",
                  key, x.has_value() ? x.type() : "value of nothing",
                  flow_name()));
  own_.set(key, std::move(x));
}

void unit::add_error(status flag, std::string_view error) {
  state_.remove(status::success).add(flag);
  if (!error_.empty())
    error_ += "; ";
  error_ += error;
}

std::shared_ptr<const writes> unit::share_writes() {
  return own_.empty() ? nullptr
                      : std::make_shared<const writes>(std::move(own_));
}

void unit::emit(event_stage stage, problem cause,
                std::map<std::string, std::string> details) const {
  if (run().events == nullptr)
    return;
  auto what = make_event(stage, std::move(cause));
  what.details = std::move(details);
  try {
    what.context = [own = own_, inherited = inherited_reader()](
                     std::string_view key) -> const value* {
      auto x = own.find(key);
      return x != nullptr ? x : inherited(key);
    };
  } catch (...) {
    // A value that cannot be copied must not make it worse: no context then.
  }
  run().events->emit(std::move(what));
}

void unit::rethrow_naming(const lightflow::error& e, std::string_view what,
                          std::string_view key) const {
  throw lightflow::error(
    e.code(), fmt::format(R"({} "{}" of "{}": {})", what, key, id(), e.what()));
}

} // namespace lightflow
