// SPDX-License-Identifier: MIT
// Subscribers that are actors of CAF's own scheduler, on real threads.
#include "fixture.hpp"

#include "lightflow/caf.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <latch>
#include <thread>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_AUTO_TEST_SUITE(subscriber_thread_tests)

BOOST_AUTO_TEST_CASE(an_engine_ends_when_a_step_times_out_while_it_closes) {
  std::latch both{2};
  std::atomic<bool> timed_out{false};
  lightflow::catalog catalog;
  auto& process = catalog.flow_with_process("flow");
  process
    .step("gives_up",
          [&](step& s) -> result<> {
            both.count_down();
            while (!s.stop_requested())
              std::this_thread::yield();
            return fail("was asked to stop");
          })
    .step_timeout(50ms);
  process
    .step("ignores",
          [&](step&) {
            both.count_down();
            timed_out.wait(false);
          })
    .step_timeout(50ms);
  process.after_step([](step&) {});
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto subscriber = system.spawn([&](caf::event_based_actor* self) {
    self->set_default_handler(caf::drop);
    return caf::behavior{[&](const messages::step_completed& x) {
      if (x.step.name != "ignores")
        return;
      timed_out = true;
      timed_out.notify_all();
    }};
  });
  {
    engine_options options;
    options.log = [](log_level, std::string_view) {};
    engine engine{system, catalog, options};
    caf::scoped_actor self{system};
    self->request(actor_of(engine), 60s, messages::subscribe{subscriber})
      .receive([] {}, [](const caf::error& e) { throw from_caf(e); });
    engine.start("flow");
    both.wait();
  } // and no longer
  caf::anon_send_exit(subscriber, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_SUITE_END()
