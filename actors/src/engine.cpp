// SPDX-License-Identifier: MIT
#include "lightflow/actors/engine.hpp"

#include "lightflow/caf/engine_handle.hpp"

#include "engine_core.hpp"
#include "run_start.hpp"

namespace lightflow {

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
  return {core_->start(make_start(*core_, flow, std::move(input))), core_};
}

std::vector<run_handle> engine::start_all(std::string_view flow,
                                          std::vector<inputs> all) {
  std::vector<start_run> what;
  what.reserve(all.size());
  for (auto& input : all)
    what.push_back(make_start(*core_, flow, std::move(input)));
  std::vector<run_handle> result;
  result.reserve(all.size());
  for (auto& x : core_->start_all(std::move(what)))
    result.push_back({std::move(x), core_});
  return result;
}

run_handle engine::start_as(std::string id, std::string_view flow,
                            inputs input) {
  auto what = make_start_as(*core_, std::move(id), flow, std::move(input));
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
  return core_->journal()->list(condition, after, limit);
}

bool engine::forget(const std::string& id) {
  return core_->forget(id);
}

event_counts engine::event_counts() const {
  return core_->event_counts();
}

std::uint16_t engine::listen(const endpoint& where) {
  return core_->listen(where);
}

/// For functions that only programs with CAF know.
struct engine_access {
  static engine_core& core_of(const engine& x) {
    return *x.core_;
  }
};

engine_handle actor_of(const engine& x) {
  return engine_access::core_of(x).front();
}

} // namespace lightflow
