// SPDX-License-Identifier: MIT
#include "remote.hpp"

#include "flows.hpp"
#include "measure.hpp"

#include "lightflow/caf/system.hpp"
#include "lightflow/lightflow.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <thread>

#include <fmt/format.h>

namespace lightflow::benchmarks {

namespace {

/// Steps that do nothing or sleep, one after the other or side by side.
struct remote_workload {
  std::string name;
  std::size_t steps;
  bool is_chain = false;
  std::size_t workers = 1;
  std::size_t slots = 8; // of each
  std::chrono::milliseconds sleep{0};
};

void define(catalog& flows, const remote_workload& what) {
  auto& process = flows.flow_with_process("benchmark");
  for (std::size_t i = 0; i < what.steps; ++i) {
    auto& step = process.step(fmt::format("step_{}", i), [=](lightflow::step&) {
      std::this_thread::sleep_for(what.sleep);
    });
    step.on("here");
    if (what.is_chain && i > 0)
      step.after(fmt::format("step_{}", i - 1));
  }
}

/// An engine and its workers, which are in this program but talk by TCP.
class remote_flow {
public:
  explicit remote_flow(const remote_workload& what) {
    define(flows_, what);
    engine_options options;
    options.log = log_nothing;
    options.network = network_options{};
    engine_.emplace(flows_, options);
    auto port = engine_->listen({"127.0.0.1", 0});
    for (std::size_t i = 0; i < what.workers; ++i)
      workers_.emplace_back(flows_, port, i, what.slots);
  }

  void run() {
    engine_->run("benchmark");
  }

private:
  struct worker_thread {
    worker_thread(const catalog& flows, std::uint16_t port, std::size_t i,
                  std::size_t slots)
        : self(flows, {.engine = {"127.0.0.1", port},
                       .labels = {"here"},
                       .name = fmt::format("w{}", i),
                       .slots = slots,
                       .log = log_nothing}),
          thread([this] { self.run(); }) {}

    ~worker_thread() {
      self.stop();
    }

    worker self;
    std::jthread thread;
  };

  catalog flows_;
  std::optional<engine> engine_;
  std::list<worker_thread> workers_;
};

/// The same number of requests to an actor of another actor system by TCP, all
/// at once or each after the answer to the one before.
class raw_requests {
public:
  explicit raw_requests(const remote_workload& what) : what_(what) {
    load_network(config_);
    load_network(other_config_);
    system_.emplace(config_);
    other_.emplace(other_config_);
    server_ = other_->spawn(
      []() -> caf::behavior { return {[](int x) { return x; }}; });
    auto port = other_->middleman().publish(server_, 0, "127.0.0.1");
    client_ = *system_->middleman().remote_actor("127.0.0.1", *port);
  }

  ~raw_requests() {
    caf::anon_send_exit(server_, caf::exit_reason::user_shutdown);
  }

  void run() {
    caf::scoped_actor self{*system_};
    auto at_once = what_.is_chain ? 1 : what_.steps;
    for (std::size_t done = 0; done < what_.steps; done += at_once) {
      for (std::size_t i = 0; i < at_once; ++i)
        self->send(client_, 1);
      for (std::size_t i = 0; i < at_once; ++i)
        self->receive([](int) {});
    }
  }

private:
  const remote_workload what_;
  caf::actor_system_config config_;
  caf::actor_system_config other_config_;
  std::optional<caf::actor_system> other_;
  std::optional<caf::actor_system> system_;
  caf::actor server_;
  caf::actor client_;
};

template <class Subject>
void add_variant(const remote_workload& what, const std::string& variant) {
  add("remote", what.name, variant, [=](benchmark::State& state) {
    measure(state, std::make_unique<Subject>(what), seconds_per_step,
            what.steps);
  });
}

} // namespace

void add_remote() {
  using std::chrono::milliseconds;
  for (auto& x : {remote_workload{"remote_chain_100", 100, true},
                  remote_workload{"remote_fan_10", 10},
                  remote_workload{"remote_fan_1000", 1'000}}) {
    add_variant<remote_flow>(x, "lightflow");
    add_variant<raw_requests>(x, "floor");
  }
  for (std::size_t workers : {1, 2}) {
    remote_workload x{fmt::format("sleep_20ms_on_{}_workers", workers),
                      64,
                      false,
                      workers,
                      4,
                      milliseconds{20}};
    add_variant<remote_flow>(x, "lightflow");
  }
}

} // namespace lightflow::benchmarks
