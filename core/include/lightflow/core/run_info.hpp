// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/event.hpp"
#include "lightflow/core/name.hpp"
#include "lightflow/core/problem.hpp"
#include "lightflow/core/resource.hpp"
#include "lightflow/core/value.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace lightflow {

class resource_set;
class unit;

/// What all units of a run share.
struct run_info {
  std::string id;
  std::string flow_name;
  bool recoverable = false;
  event_sink* events = nullptr; // null: events are lost; outlives the run
  /// How many bytes the encoding of a value may have; if recoverable.
  std::size_t value_limit = std::numeric_limits<std::size_t>::max();
  /// Which keys hold what only the run itself may see; empty: none.
  std::function<bool(std::string_view key)> is_secret = nullptr;
  /// The worker on which a step of the run runs; empty: it is at the engine.
  std::string worker = {};

  /// Whether values have to be such as can be kept in the journal, or brought
  /// back from a worker.
  bool has_to_keep_values() const noexcept {
    return recoverable || !worker.empty();
  }

  /// Why a value cannot be kept in the journal, or brought back from a worker;
  /// empty if it can, or need not.
  std::string why_not_kept(const value& x) const;

  event make_event(event_stage stage, problem cause) const;
};

/// What all steps of a process of a run share.
struct process_run : std::enable_shared_from_this<process_run> {
  process_run(std::shared_ptr<const run_info> run_of, std::string process_name);
  process_run(std::shared_ptr<const run_info> run_of, std::string process_name,
              std::unique_ptr<resource_set> its_resources);
  ~process_run();

  std::string id() const {
    return process_id_of(run->id, name);
  }

  std::string step_id(std::string_view step_name) const {
    return step_id_of(run->id, name, step_name);
  }

  event make_event(event_stage stage, problem cause) const;

  /// As `step::attach` and `step::acquire` say.
  result<resource_ptr> attach(std::string_view resource, const value& parameter,
                              const unit& caller) const;
  resource_ptr acquire(std::string_view resource) const;

  const std::shared_ptr<const run_info> run;
  const std::string name;
  const std::unique_ptr<resource_set> resources; // null: there are no kinds
};

} // namespace lightflow
