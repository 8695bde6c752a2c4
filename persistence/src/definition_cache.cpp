// SPDX-License-Identifier: MIT
#include "lightflow/persistence/definition_cache.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/plan.hpp"
#include "lightflow/persistence/flow_structure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lightflow {

namespace {

renumbering make_match(const journal& from, const std::string& fingerprint,
                       const flow_plan& plan) {
  auto bytes = from.definition(fingerprint);
  if (!bytes)
    throw error(
      error_code::bad_encoding,
      fmt::format("the journal does not have the definition {}", fingerprint));
  auto match = structure_match::of(decode_structure(*bytes), plan);
  if (!match.incompatibilities.empty())
    throw error(error_code::definition_changed,
                fmt::format(R"(flow "{}" has changed: {}; go on with the )"
                            "program that the run was started with, or define "
                            "the flow as it was",
                            plan.name,
                            fmt::join(match.incompatibilities, "; ")));
  return std::move(match.numbers);
}

} // namespace

std::shared_ptr<const stored_definition>
definition_cache::of(const flow_plan& plan) {
  std::lock_guard guard{mutex_};
  auto& result = definitions_[&plan];
  if (result == nullptr) {
    auto bytes = encode(structure_of(plan));
    auto name = fingerprint(bytes);
    result = std::make_shared<const stored_definition>(
      stored_definition{std::move(name), std::move(bytes)});
  }
  return result;
}

std::shared_ptr<const renumbering>
definition_cache::match(const journal& from, const std::string& fingerprint,
                        const flow_plan& plan) {
  match_key key{fingerprint, &plan};
  {
    std::lock_guard guard{mutex_};
    if (auto known = matches_.find(key); known != matches_.end())
      return known->second;
  }
  // Reading may take its time, and nobody else is to wait for it.
  auto made = std::make_shared<const renumbering>(
    of(plan)->fingerprint == fingerprint ? renumbering::unchanged(plan)
                                         : make_match(from, fingerprint, plan));
  std::lock_guard guard{mutex_};
  return matches_.try_emplace(std::move(key), std::move(made)).first->second;
}

} // namespace lightflow
