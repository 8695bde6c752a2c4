// SPDX-License-Identifier: MIT
// Engines and workers in a system that gives no more threads.
#include "fixture.hpp"

#include <atomic>
#include <cerrno>
#include <latch>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>

using namespace lightflow;
using namespace lightflow::tests;

namespace {

std::atomic<bool> refuses{false};
std::atomic<int> refusals{0};

/// While one lives, no thread can be started.
struct no_new_threads {
  no_new_threads() {
    refusals = 0;
    refuses = true;
  }

  ~no_new_threads() {
    refuses = false;
  }

  void wait_for_refusal() const {
    refusals.wait(0);
  }
};

} // namespace

/// Takes the place of the system's for this whole program.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* how,
                              void* (*run)(void*), void* argument) noexcept {
  if (refuses) {
    ++refusals;
    refusals.notify_all();
    return EAGAIN;
  }
  static const auto of_system = reinterpret_cast<decltype(&pthread_create)>(
    ::dlsym(RTLD_NEXT, "pthread_create"));
  return of_system(thread, how, run, argument);
}

BOOST_AUTO_TEST_SUITE(refused_thread_tests)

BOOST_AUTO_TEST_CASE(steps_wait_for_threads_that_are_refused) {
  constexpr int steps = 100;
  std::latch all{steps};
  lightflow::catalog catalog;
  auto& process = catalog.flow_with_process("flow");
  for (int i = 0; i < steps; ++i)
    process.step(std::to_string(i), [&](step&) { all.arrive_and_wait(); });
  engine engine{catalog};
  auto run = [&] {
    no_new_threads refusal;
    auto result = engine.start("flow");
    refusal.wait_for_refusal();
    return result;
  }();
  BOOST_TEST(run.wait().success());
}

BOOST_AUTO_TEST_CASE(an_engine_that_gets_no_threads_says_so) {
  lightflow::catalog catalog;
  catalog.flow_with_process("flow").step("a", [](step&) {});
  caf::actor_system_config config;
  caf::actor_system system{config};
  {
    no_new_threads refusal;
    BOOST_CHECK_THROW((engine{system, catalog}), std::system_error);
  }
  engine engine{system, catalog};
  BOOST_TEST(engine.run("flow").success());
}

BOOST_AUTO_TEST_CASE(event_handlers_need_no_threads_of_their_own) {
  lightflow::catalog catalog;
  auto& process = catalog.flow_with_process("flow");
  process.before_step([](step&) -> result<> { return fail("no"); });
  process.step("a", [](step&) {});
  std::counting_semaphore<> handled{0};
  engine_options options;
  options.log = [](log_level, std::string_view) {};
  options.events.handle(event_stage::callback,
                        [&](const event&) { handled.release(); });
  engine engine{catalog, options};
  {
    no_new_threads refusal;
    BOOST_TEST(engine.run("flow").success());
    refusal.wait_for_refusal();
    BOOST_TEST(handled.try_acquire_for(10s));
  }
  BOOST_TEST(engine.run("flow").success());
  BOOST_TEST(handled.try_acquire_for(10s)); // in threads of their own
}

BOOST_AUTO_TEST_CASE(a_worker_that_gets_no_thread_tries_to_connect_again) {
  lightflow::catalog catalog;
  std::optional<no_new_threads> refusal;
  std::optional<worker> self;
  std::vector<std::string> lost;
  worker_options options{{"localhost", 1}, {"gpu"}};
  options.first_wait = options.longest_wait = 1ms;
  options.log = [&](log_level level, std::string_view text) {
    if (level != log_level::warning)
      return;
    lost.emplace_back(text);
    if (refusal || lost.size() > 2) {
      refusal.reset();
      self->stop();
    } else {
      refusal.emplace();
    }
  };
  self.emplace(catalog, options);
  self->run();
  BOOST_TEST(lost.size() == 2U); // by the port, and by the system
  BOOST_TEST(lost.back().find("tries again") != std::string::npos);
  BOOST_TEST(refusals > 0);
}

BOOST_AUTO_TEST_SUITE_END()
