// SPDX-License-Identifier: MIT
#include "world.hpp"

#include "lightflow/caf/engine_handle.hpp"

#include "unreliable_link.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

/// Links of a worker to an engine that does not run.
class no_link : public worker_link {
public:
  void send(caf::message) override {}
};

} // namespace

void simulation::world::start_worker(worker_options options) {
  if (options.name.empty() || options.labels.empty())
    throw std::invalid_argument(
      "a worker of a simulation needs a name and labels");
  if (find_worker(options.name) != nullptr)
    throw std::invalid_argument(
      fmt::format(R"(there is a worker "{}" already)", options.name));
  options.slots = std::max<std::size_t>(options.slots, 1);
  note(fmt::format("worker {} starts", options.name));
  auto name = options.name;
  auto make_link = [this, name](link_number number, worker_actor listener) {
    return connect(name, number, std::move(listener));
  };
  workers_.push_back(std::make_unique<simulated_worker>(
    *system_, define_, std::move(options), std::move(make_link),
    [this](auto& function, step& self, const std::string& worker) {
      return call(function, self, worker);
    }));
}

/// Its connection ends with it.
void simulation::world::kill_worker(std::string_view name) {
  auto& x = require_worker(name);
  note(fmt::format("worker {} is gone", name));
  x.kill();
}

void simulation::world::stop_worker(std::string_view name) {
  auto& x = require_worker(name);
  note(fmt::format("worker {} is told to stop", name));
  x.drain();
}

simulated_worker* simulation::world::find_worker(std::string_view name) const {
  auto found = std::find_if(workers_.begin(), workers_.end(), [&](auto& x) {
    return x->is_alive() && x->name() == name;
  });
  return found != workers_.end() ? found->get() : nullptr;
}

simulated_worker&
simulation::world::require_worker(std::string_view name) const {
  auto result = find_worker(name);
  if (result == nullptr)
    throw std::invalid_argument(
      fmt::format(R"(there is no worker "{}")", name));
  return *result;
}

std::unique_ptr<worker_link>
simulation::world::connect(const std::string& worker, link_number number,
                           worker_actor listener) {
  if (is_ending_ || !program_ || !program_->engine) {
    caf::anon_send(listener, link_lost{number, "no engine listens"});
    return std::make_unique<no_link>();
  }
  auto engine
    = caf::actor_cast<caf::strong_actor_ptr>(actor_of(*program_->engine));
  auto end = system_->spawn<unreliable_link_end, caf::hidden>(
    std::move(engine), number, listener,
    [this, worker](std::string_view message) {
      return judge(worker, message);
    });
  caf::anon_send(listener, link_opened{number});
  return std::make_unique<unreliable_link>(end);
}

message_fate simulation::world::judge(const std::string& worker,
                                      std::string_view message) {
  if (is_ending_ || find_worker(worker) == nullptr)
    return {};
  auto fate
    = options_.network ? options_.network(worker, message) : message_fate{};
  auto what = fmt::format("network: {} of worker {}", message, worker);
  if (fate.is_lost)
    note(what + " is lost, and what follows it");
  else if (fate.delay > duration::zero())
    note(fmt::format("{} takes {}", what, lightflow::describe(fate.delay)));
  if (fate.is_doubled && !fate.is_lost)
    note(what + " comes twice");
  return fate;
}

} // namespace lightflow::testing
