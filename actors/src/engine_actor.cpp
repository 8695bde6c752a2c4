// SPDX-License-Identifier: MIT
#include "engine_actor.hpp"

#include "process_actor.hpp"
#include "supervisor_actor.hpp"

#include <utility>

namespace lightflow {

engine_actor_impl::engine_actor_impl(caf::actor_config& cfg, runtime& env)
    : pooled(cfg, env.pool, job_kind::supervision), env_(env) {}

engine_actor_impl::behavior_type engine_actor_impl::make_behavior() {
  on_tick();
  return {
    [this](start_run& x) { return on_start(x); },
    [this](find_atom, const std::string& id) { return on_find(id); },
    [this](const std::string& id, const control& x) {
      return on_control(id, x);
    },
    [this](look_atom, const std::string& id) { return on_look(id); },
    [this](const run_ended& x) { on_run_ended(x.id); },
    [this](tick_atom) { on_tick(); },
    [this](close_atom) { on_close(); },
  };
}

std::shared_ptr<run_channel> engine_actor_impl::on_start(start_run& x) {
  if (closing_) {
    x.channel->close(engine_was_destroyed(x.channel->id()));
    return x.channel;
  }
  auto [i, is_new] = runs_.try_emplace(x.channel->id());
  auto& run = i->second;
  if (is_new) {
    run.channel = x.channel;
    run.remember = x.remember;
    run.supervisor = spawn<supervisor_actor_impl, caf::hidden>(
      env_, engine_actor{this}, std::move(x));
    ++live_;
  }
  return run.channel;
}

std::shared_ptr<run_channel>
engine_actor_impl::on_find(const std::string& id) const {
  auto i = runs_.find(id);
  return i != runs_.end() ? i->second.channel : nullptr;
}

supervisor_actor engine_actor_impl::supervisor_of(const std::string& id) const {
  auto i = runs_.find(id);
  return i != runs_.end() ? i->second.supervisor : supervisor_actor{};
}

caf::result<bool> engine_actor_impl::on_control(const std::string& id,
                                                const control& x) {
  auto supervisor = supervisor_of(id);
  if (supervisor == nullptr)
    return false;
  return delegate(supervisor, x);
}

caf::result<std::shared_ptr<const run_record>>
engine_actor_impl::on_look(const std::string& id) {
  auto supervisor = supervisor_of(id);
  if (supervisor == nullptr)
    return std::shared_ptr<const run_record>{};
  return delegate(supervisor, look_atom::value);
}

void engine_actor_impl::on_run_ended(const std::string& id) {
  auto i = runs_.find(id);
  if (i->second.remember)
    i->second.supervisor = nullptr;
  else
    runs_.erase(i);
  --live_;
  leave_if_done();
}

void engine_actor_impl::on_tick() {
  for (auto& [id, run] : runs_)
    if (run.supervisor != nullptr)
      send(run.supervisor, tick_atom::value);
  delayed_send(this, tick_interval, tick_atom::value);
}

void engine_actor_impl::on_close() {
  closing_ = true;
  for (auto& [id, run] : runs_)
    if (run.supervisor != nullptr)
      send(run.supervisor, close_atom::value);
  leave_if_done();
}

void engine_actor_impl::leave_if_done() {
  if (closing_ && live_ == 0)
    quit();
}

} // namespace lightflow
