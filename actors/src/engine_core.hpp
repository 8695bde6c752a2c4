// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/options.hpp"
#include "lightflow/core/catalog.hpp"
#include "lightflow/core/error.hpp"

#include "actors.hpp"
#include "event_queue.hpp"
#include "front_actor.hpp"
#include "journal_access.hpp"
#include "runtime.hpp"
#include "thread_pool.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace caf::scheduler {
class test_coordinator;
} // namespace caf::scheduler

namespace lightflow {

/// What is behind an engine and the handles of its runs: owns the threads and
/// the engine actor, and talks to it from threads that are no actors.
class engine_core {
public:
  /// `system` is null for a system of its own.
  engine_core(caf::actor_system* system, const catalog& flows,
              engine_options options);

  /// Ends all runs and waits until nothing of the engine runs any more. Called
  /// once; whatever is asked afterwards throws error_code::engine_closed.
  void close();

  const catalog& flows() const noexcept {
    return flows_;
  }

  /// Starts a run, or gives the one that has its id. Waits until it is as
  /// durable as it should be. Throws what engine::start says.
  std::shared_ptr<run_channel> start(start_run x);

  /// The same for many, in that order.
  std::vector<std::shared_ptr<run_channel>>
  start_all(std::vector<start_run> all);

  /// The channel of a run that is under way or known; null if it is not.
  std::shared_ptr<run_channel> find(const std::string& id);

  /// Throws what engine::recover says.
  std::shared_ptr<run_channel> recover(const std::string& id);

  bool forget(const std::string& id);

  /// Throws error_code::no_journal if there is no journal.
  void require_journal() const;

  /// To read in. Throws error_code::no_journal if there is none.
  std::shared_ptr<const lightflow::journal> journal() const;

  /// Of runs of this flow. Throws error_code::no_journal if it needs one.
  durability durability_of(const flow_plan& plan) const;

  std::size_t value_limit() const noexcept {
    return value_limit_;
  }

  /// Whether who calls a function waits while as many runs are under way as may
  /// be, and who sends a message.
  start_patience patience_of_calls() const;
  start_patience patience_of_messages() const;

  /// Asks the engine actor and waits for the answer; nothing if the actor that
  /// should answer ended before. Throws error_code::engine_closed.
  template <class Answer, class... Ts>
  std::optional<Answer> ask(Ts&&... xs) {
    std::shared_lock lock{open_};
    require_open();
    caf::scoped_actor self{env_->system, true};
    auto answer = self->request(actor_, caf::infinite, std::forward<Ts>(xs)...);
    run_test_scheduler();
    return receive<Answer>(answer);
  }

  /// The same for many messages, all of which are sent before it waits.
  template <class Answer, class Message>
  std::vector<std::optional<Answer>> ask_all(std::vector<Message> xs) {
    std::shared_lock lock{open_};
    require_open();
    caf::scoped_actor self{env_->system, true};
    auto send = [&](Message& x) {
      return self->request(actor_, caf::infinite, std::move(x));
    };
    std::vector<decltype(send(xs.front()))> answers;
    answers.reserve(xs.size());
    for (auto& x : xs)
      answers.push_back(send(x));
    run_test_scheduler();
    std::vector<std::optional<Answer>> result;
    result.reserve(xs.size());
    for (auto& x : answers)
      result.push_back(receive<Answer>(x));
    return result;
  }

  /// On CAF's test scheduler, does all that can be done now. Gives false on
  /// others, which need no help.
  bool run_test_scheduler();

  lightflow::event_counts event_counts() const {
    return events_->counts();
  }

  /// Throws what engine::listen says.
  std::uint16_t listen(const endpoint& where);

  engine_handle front() const {
    return front_;
  }

  /// The engine actor is about to be told to close: from now on, whatever is
  /// asked throws error_code::engine_closed.
  void begins_to_close() noexcept {
    closed_ = true;
  }

private:
  void require_open() const;
  bool is_answered(const start_run& x) const;

  template <class Answer, class Response>
  static std::optional<Answer> receive(Response& from) {
    std::optional<Answer> result;
    from.receive([&](Answer& x) { result = std::move(x); },
                 [](const caf::error&) {});
    return result;
  }

  /// Sends close_atom and waits until the actor has left.
  template <class Actor>
  void close(Actor& x);

  void close_ports();
  void close_front();
  void wait_for_end(caf::scoped_actor& self);
  void log_running() const;

  caf::actor_system& make_system(const engine_options& options);
  void make_runtime(caf::actor_system& system, const engine_options& options);
  void open_journal(const engine_options& options);
  void spawn_actors(const engine_options& options);

  std::shared_ptr<run_channel> unwrap(std::optional<run_answer> x) const;

  const catalog& flows_;
  const bool has_journal_;
  std::optional<journal_claim> claim_; // nothing: there is no journal
  std::unique_ptr<caf::actor_system_config> own_config_;
  std::unique_ptr<caf::actor_system> own_system_;
  /// Null: the actor system has another scheduler.
  caf::scheduler::test_coordinator* test_scheduler_ = nullptr;
  std::unique_ptr<thread_pool> pool_;
  event_options event_options_;
  std::size_t value_limit_;
  durability durability_;
  std::optional<network_options> network_;
  std::size_t max_runs_;
  excess_starts excess_;
  notice_board notices_;
  std::unique_ptr<event_queue> events_;
  std::unique_ptr<runtime> env_;
  event_dispatcher dispatcher_;
  engine_actor actor_;
  front_actor front_;
  std::mutex listening_; // guards the ports
  std::vector<std::uint16_t> ports_;
  mutable std::shared_mutex open_; // shared: while something is asked
  std::atomic<bool> closed_{false};
};

} // namespace lightflow
