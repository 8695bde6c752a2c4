// SPDX-License-Identifier: MIT
#include "lightflow/actors/worker.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/name.hpp"

#include "caf_link.hpp"
#include "option_times.hpp"
#include "safe_logger.hpp"
#include "worker_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <semaphore.h>
#include <unistd.h>

namespace lightflow {

namespace {

/// Such as "host7-4711".
std::string name_of_process() {
  char host[100] = "";
  ::gethostname(host, sizeof(host) - 1);
  auto result = fmt::format("{}-{}", host, ::getpid());
  auto is_odd = [](char c) { return !is_valid_name({&c, 1}); };
  std::replace_if(result.begin(), result.end(), is_odd, '-');
  return result;
}

void require_name(std::string_view kind, std::string_view x) {
  if (!is_valid_name(x))
    throw error(error_code::bad_request, describe_bad_name(kind, x));
}

void require_valid(const worker_options& x) {
  require_name("worker name", x.name);
  for (auto& label : x.labels)
    require_name("label", label);
  if (x.labels.empty())
    throw error(error_code::bad_request,
                fmt::format(R"(worker "{}" has no labels: name those that the )"
                            "steps are on which it is to run",
                            x.name));
  if (x.engine.port == 0)
    throw error(error_code::bad_request,
                fmt::format(R"(worker "{}" does not know the port of its )"
                            "engine: set worker_options::engine",
                            x.name));
  constexpr duration least = std::chrono::milliseconds{1};
  require_time("worker_options::drain_time", x.drain_time, duration::zero());
  require_time("worker_options::answer_time", x.answer_time, least);
  require_time("worker_options::first_wait", x.first_wait, least);
  require_time("worker_options::longest_wait", x.longest_wait, least);
  require_allowed(x.engine, x.network);
  if (x.network.tls)
    require_usable(*x.network.tls);
}

worker_options complete(worker_options x) {
  if (x.name.empty())
    x.name = name_of_process();
  if (x.slots == 0)
    x.slots = std::max(1U, std::thread::hardware_concurrency());
  x.log = safe_logger(std::move(x.log));
  require_valid(x);
  return x;
}

/// Rather than have each engine refuse it.
void require_understood(const worker_hello& x) {
  if (auto why = why_malformed(x); !why.empty())
    throw error(error_code::bad_request,
                fmt::format(R"(worker "{}" would be refused by its engine: {})",
                            x.name, why));
}

} // namespace

class worker::impl {
public:
  impl(const catalog& flows, worker_options options)
      : options_(complete(std::move(options))), place_{flows, options_.name},
        profile_(profile_of(options_, place_)) {
    require_understood(hello_of(profile_, options_.slots));
    ::sem_init(&stop_, 0, 0);
  }

  ~impl() {
    ::sem_destroy(&stop_);
  }

  void run() {
    serve();
    if (has_died_)
      throw error(error_code::internal,
                  fmt::format(R"(worker "{}" died of an exception, which was )"
                              "logged",
                              options_.name));
  }

  void stop() noexcept {
    ::sem_post(&stop_);
  }

private:
  void serve() {
    caf::actor_system_config config;
    config.set("scheduler.max-threads", 1);
    caf::actor_system system{config};
    auto base = std::min<std::size_t>(
      options_.slots, std::max(1U, std::thread::hardware_concurrency()));
    thread_pool pool{system, {base, options_.slots}};
    runtime env{.system = system,
                .log = options_.log,
                .pool = &pool,
                .events = nullptr,
                .notices = nullptr,
                .handlers_at_once = 0,
                .window = 0};
    caf_links links{options_.engine, options_.network, options_.answer_time};
    auto self = system.spawn<worker_actor_impl, caf::hidden>(
      env, place_, profile_,
      [&links](link_number number, worker_actor listener) {
        return links.make(number, std::move(listener));
      });
    stop_if_dead(self);
    wait_for_stop();
    drain(system, self);
    wait_for_functions();
  }

  /// Called in a thread of the pool, which ends before this does.
  void stop_if_dead(const worker_actor& x) {
    auto self = caf::actor_cast<caf::abstract_actor*>(x);
    self->attach_functor([this](const caf::error& why) {
      if (!why)
        return;
      has_died_ = true;
      stop();
    });
  }

  void wait_for_stop() {
    while (::sem_wait(&stop_) != 0)
      continue; // a signal came
  }

  static void drain(caf::actor_system& system, worker_actor& x) {
    caf::scoped_actor self{system, true};
    self->monitor(x);
    self->send(x, drain_atom::value);
    x = nullptr;
    self->receive([](const caf::down_msg&) {});
  }

  void wait_for_functions() {
    std::chrono::milliseconds patience{10};
    while (!place_.functions.wait_until_none(patience)) {
      for (auto& id : place_.functions.list())
        options_.log(log_level::warning,
                     fmt::format(R"(worker "{}" waits for "{}" to return)",
                                 options_.name, id));
      patience = std::chrono::seconds{10};
    }
  }

  worker_options options_;
  workshop place_;
  worker_profile profile_;
  std::atomic<bool> has_died_{false};
  ::sem_t stop_;
};

worker::worker(const catalog& flows, worker_options options)
    : impl_(std::make_unique<impl>(flows, std::move(options))) {}

worker::~worker() = default;

void worker::run() {
  impl_->run();
}

void worker::stop() noexcept {
  impl_->stop();
}

// -- signals ------------------------------------------------------------------

namespace {

std::atomic<worker*> stopped_by_signals{nullptr};
static_assert(std::atomic<worker*>::is_always_lock_free);

void on_signal(int) {
  auto before = errno;
  if (auto x = stopped_by_signals.load())
    x->stop();
  errno = before;
}

} // namespace

struct stop_on_signals::handlers {
  struct sigaction interrupt;
  struct sigaction terminate;
};

stop_on_signals::stop_on_signals(worker& x)
    : before_(std::make_unique<handlers>()) {
  stopped_by_signals = &x;
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_->interrupt);
  ::sigaction(SIGTERM, &action, &before_->terminate);
}

stop_on_signals::~stop_on_signals() {
  ::sigaction(SIGINT, &before_->interrupt, nullptr);
  ::sigaction(SIGTERM, &before_->terminate, nullptr);
  stopped_by_signals = nullptr;
}

} // namespace lightflow
