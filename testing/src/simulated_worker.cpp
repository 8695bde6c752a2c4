// SPDX-License-Identifier: MIT
#include "simulated_worker.hpp"

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <utility>

namespace lightflow::testing {

namespace {

std::unique_ptr<runtime> make_runtime(caf::actor_system& system) {
  return std::unique_ptr<runtime>{
    new runtime{.system = system,
                .log = [](log_level, std::string_view) {},
                .pool = nullptr,
                .events = nullptr,
                .notices = nullptr,
                .handlers_at_once = 0,
                .window = 0}};
}

} // namespace

simulated_worker::simulated_worker(caf::actor_system& system,
                                   const definition& define,
                                   worker_options options, link_maker make_link,
                                   caller call)
    : place_{flows_, options.name}, env_(make_runtime(system)),
      call_(std::move(call)) {
  define(flows_, system);
  watch_functions(flows_, *this);
  self_ = system.spawn<worker_actor_impl, caf::hidden>(
    *env_, place_, profile_of(options, place_), std::move(make_link));
}

void simulated_worker::kill() {
  caf::anon_send_exit(self_, caf::exit_reason::kill);
  self_ = nullptr;
}

void simulated_worker::drain() {
  caf::anon_send(self_, drain_atom::value);
}

/// Of a program that is gone nothing is called.
result<value> simulated_worker::call(const step_function& function,
                                     step& self) {
  if (!is_alive())
    return fail("the worker is gone");
  return call_(function, self, name());
}

} // namespace lightflow::testing
