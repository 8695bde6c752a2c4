// SPDX-License-Identifier: MIT
#include "engine_core.hpp"

#include "lightflow/caf/system.hpp"

#include "engine_actor.hpp"
#include "event_dispatcher.hpp"
#include "guarded_middleman.hpp"
#include "journal_writer.hpp"
#include "networking.hpp"
#include "option_times.hpp"
#include "run_errors.hpp"
#include "safe_logger.hpp"
#include "work_queue_actor.hpp"
#include "worker_access.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace lightflow {

namespace {

std::size_t cores() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

constexpr std::chrono::milliseconds short_patience{10};
constexpr std::chrono::milliseconds long_patience{10'000};

/// The time when an engine is made. On CAF's test scheduler it is virtual, and
/// goes on from one engine of a system to the next.
time_point wall_clock(caf::actor_system& system) {
  static const auto program_start = clock::now();
  auto test
    = dynamic_cast<caf::scheduler::test_coordinator*>(&system.scheduler());
  return test != nullptr
           ? program_start + system.clock().now().time_since_epoch()
           : clock::now();
}

void require_valid(const engine_options& x) {
  constexpr duration least = std::chrono::milliseconds{1};
  require_time("engine_options::worker_heartbeat", x.worker_heartbeat, least);
  require_time("engine_options::worker_patience", x.worker_patience,
               x.worker_heartbeat); // or each worker is soon taken for lost
}

} // namespace

engine_core::engine_core(caf::actor_system* system, const catalog& flows,
                         engine_options options)
    : flows_(flows), has_journal_(options.journal != nullptr),
      event_options_(std::move(options.events)),
      value_limit_(options.value_limit), durability_(options.durability),
      network_(options.network), max_runs_(options.max_runs),
      excess_(options.excess) {
  require_valid(options);
  if (options.journal != nullptr)
    claim_.emplace(options.journal);
  make_runtime(system != nullptr ? *system : make_system(options), options);
  open_journal(options);
  spawn_actors(options);
}

caf::actor_system& engine_core::make_system(const engine_options& options) {
  own_config_ = std::make_unique<caf::actor_system_config>();
  if (options.runs_on == executor::own_threads)
    own_config_->set("scheduler.max-threads", 1);
  if (options.network)
    load_network(*own_config_, *options.network);
  own_system_ = std::make_unique<caf::actor_system>(*own_config_);
  return *own_system_;
}

void engine_core::make_runtime(caf::actor_system& system,
                               const engine_options& options) {
  test_scheduler_
    = dynamic_cast<caf::scheduler::test_coordinator*>(&system.scheduler());
  if (options.runs_on == executor::own_threads) {
    auto base = options.threads > 0 ? options.threads : cores();
    pool_ = std::make_unique<thread_pool>(
      system, thread_pool::options{base, std::max(base, options.max_threads)});
  }
  events_ = std::make_unique<event_queue>(
    event_options_.capacity(), [this] { return env_->now(); }, notices_);
  env_ = std::unique_ptr<runtime>{
    new runtime{.system = system,
                .log = safe_logger(options.log),
                .pool = pool_.get(),
                .events = events_.get(),
                .notices = &notices_,
                .handlers_at_once = event_options_.handlers_at_once(),
                .window = 2 * std::max<std::size_t>(1, options.max_threads)}};
  env_->wall_start = wall_clock(system);
}

void engine_core::open_journal(const engine_options& options) {
  if (options.journal == nullptr)
    return;
  replay_source source{options.journal, record_codec{options.encryption},
                       flows_, std::make_shared<definition_cache>()};
  env_->journal
    = std::make_shared<journal_access>(std::move(source), options.durability,
                                       options.value_limit, options.encryption);
  env_->journal->writer = env_->system.spawn<journal_writer_impl, caf::hidden>(
    *env_, options.journal);
}

void engine_core::spawn_actors(const engine_options& options) {
  auto& system = env_->system;
  dispatcher_ = system.spawn<event_dispatcher_impl, caf::hidden>(
    *env_, *events_, event_options_);
  events_->set_listener(
    [to = dispatcher_] { caf::anon_send(to, wake_atom::value); });
  env_->workers = std::make_shared<worker_access>(flows_, value_limit_);
  env_->workers->queue = system.spawn<work_queue_impl, caf::hidden>(
    *env_, worker_care{options.worker_heartbeat, options.worker_patience,
                       value_limit_});
  actor_ = system.spawn<engine_actor_impl, caf::hidden>(
    *env_, recovery_options{options.interrupted, options.retention},
    run_bound{options.max_runs, options.max_waiting});
  front_ = system.spawn<front_actor_impl, caf::hidden>(*env_, *this, actor_);
  notices_.connect(
    [to = front_](notice x) { caf::anon_send(to, std::move(x)); });
}

// -- runs ---------------------------------------------------------------------

/// Nothing ends on CAF's test scheduler while somebody waits.
start_patience engine_core::patience_of_calls() const {
  auto waits = excess_ == excess_starts::wait && test_scheduler_ == nullptr;
  return waits ? start_patience::any : start_patience::none;
}

start_patience engine_core::patience_of_messages() const {
  return excess_ == excess_starts::wait ? start_patience::limited
                                        : start_patience::none;
}

/// What nobody keeps and nobody else can name is under way once it is sent, if
/// there may be any number of runs.
bool engine_core::is_answered(const start_run& x) const {
  return x.how != durability::none || x.remember || max_runs_ > 0;
}

std::shared_ptr<run_channel> engine_core::start(start_run x) {
  x.patience = patience_of_calls();
  if (is_answered(x))
    return unwrap(ask<run_answer>(std::move(x)));
  std::shared_lock lock{open_};
  require_open();
  auto result = x.channel;
  caf::anon_send(actor_, std::move(x));
  if (closed_) // perhaps nobody takes it any more
    result->close(engine_was_destroyed(result->id()));
  return result;
}

/// They are asked for together, so that they are written together, if all of
/// them will have a place without the test scheduler being run in between.
std::vector<std::shared_ptr<run_channel>>
engine_core::start_all(std::vector<start_run> all) {
  std::vector<std::shared_ptr<run_channel>> result;
  result.reserve(all.size());
  auto is_bounded = max_runs_ > 0;
  auto one_by_one = all.empty() || !is_answered(all.front())
                    || (is_bounded && excess_ == excess_starts::wait
                        && test_scheduler_ != nullptr);
  if (one_by_one) {
    for (auto& x : all)
      result.push_back(start(std::move(x)));
    return result;
  }
  auto how = patience_of_calls();
  if (is_bounded && excess_ == excess_starts::refuse) {
    (void)unwrap(ask<run_answer>(reserve_places{all.size()}));
    how = start_patience::reserved;
  }
  for (auto& x : all)
    x.patience = how;
  for (auto& x : ask_all<run_answer>(std::move(all)))
    result.push_back(unwrap(std::move(x)));
  return result;
}

std::shared_ptr<run_channel> engine_core::recover(const std::string& id) {
  require_journal();
  return unwrap(ask<run_answer>(recover_run{id, patience_of_calls()}));
}

std::shared_ptr<run_channel>
engine_core::unwrap(std::optional<run_answer> x) const {
  if (!x)
    throw engine_is_closed();
  if (x->refusal)
    throw *x->refusal;
  take_over(x->channel.get());
  return std::move(x->channel);
}

std::shared_ptr<run_channel> engine_core::find(const std::string& id) {
  return unwrap(ask<run_answer>(find_run{id, patience_of_calls()}));
}

bool engine_core::forget(const std::string& id) {
  auto done = ask<forget_answer>(erase_run{id});
  if (!done || *done == forget_answer::lost)
    throw not_removed(id);
  return *done == forget_answer::done;
}

void engine_core::require_journal() const {
  if (!has_journal_)
    throw error(error_code::no_journal,
                "the engine has no journal: set engine_options::journal");
}

std::shared_ptr<const lightflow::journal> engine_core::journal() const {
  require_journal();
  std::shared_lock lock{open_};
  require_open();
  return env_->journal->source.from;
}

durability engine_core::durability_of(const flow_plan& plan) const {
  auto result = plan.recoverable ? plan.durability.value_or(durability_)
                                 : durability::none;
  if (result != durability::none && !has_journal_)
    throw error(
      error_code::no_journal,
      fmt::format(R"(flow "{}" is recoverable, but the engine has no )"
                  "journal: set engine_options::journal, or give the "
                  "flow durability::none",
                  plan.name));
  return result;
}

// -- other nodes --------------------------------------------------------------

std::uint16_t engine_core::listen(const endpoint& where) {
  std::shared_lock lock{open_};
  require_open();
  auto interface = interface_of<engine_handle>(env_->system);
  interface.merge(interface_of<worker_door>(env_->system));
  auto port = publish(
    env_->system, caf::actor_cast<caf::strong_actor_ptr>(front_),
    std::move(interface), where, network_.value_or(network_options{}));
  std::lock_guard guard{listening_};
  ports_.push_back(port);
  if (auto middleman = guarded_middleman::of(env_->system))
    middleman->ended().add(*events_);
  return port;
}

void engine_core::close_ports() {
  for (auto port : ports_)
    unpublish(env_->system, caf::actor_cast<caf::strong_actor_ptr>(front_),
              port);
  if (auto guard = guarded_middleman::of(env_->system))
    guard->ended().remove(*events_);
}

// -- its end ------------------------------------------------------------------

void engine_core::require_open() const {
  if (closed_)
    throw engine_is_closed();
}

/// Whoever waits for an answer is given one first, also if that waits for a
/// place or for a disk that fails. Then all runs end, then the events that came
/// of them, then the functions return and the delegated steps end that no actor
/// waits for any more, since they took too long, then the threads end.
void engine_core::close() {
  begins_to_close();
  caf::anon_send(actor_, close_atom::value);
  if (has_journal_)
    caf::anon_send(env_->journal->writer, hurry_atom::value);
  std::unique_lock{open_}.unlock();
  close_ports();
  close(actor_);
  if (env_->journal != nullptr)
    close(env_->journal->writer);
  close(dispatcher_);
  events_->set_listener({});
  close_front();
  run_test_scheduler();
  auto patience = short_patience;
  while (!env_->open.wait_until_none(patience)
         || !env_->functions.wait_until_none(patience)) {
    log_running();
    patience = long_patience;
  }
  close(env_->workers->queue); // steps on workers have used it until here
  env_->workers.reset();
  env_->journal.reset();
  env_->writer_pool.reset();
  env_->events_pool.reset();
  pool_.reset();
  claim_.reset();
}

template <class Actor>
void engine_core::close(Actor& x) {
  caf::scoped_actor self{env_->system, true};
  self->monitor(x);
  self->send(x, close_atom::value);
  wait_for_end(self);
  take_over(caf::actor_cast<caf::strong_actor_ptr>(x).get());
  x = nullptr;
}

/// Its handle stays, since others may ask for it.
void engine_core::close_front() {
  caf::scoped_actor self{env_->system, true};
  self->monitor(front_);
  self->send(front_, lightflow::close_front{});
  wait_for_end(self);
  take_over(caf::actor_cast<caf::strong_actor_ptr>(front_).get());
}

/// Waits for the actor that `self` monitors.
void engine_core::wait_for_end(caf::scoped_actor& self) {
  run_test_scheduler();
  bool left = false;
  auto patience = short_patience;
  while (!left) {
    self->receive([&](const caf::down_msg&) { left = true; },
                  caf::after(patience) >>
                    [&] {
                      log_running();
                      patience = long_patience;
                    });
  }
}

void engine_core::log_running() const {
  for (auto& id : env_->functions.list())
    env_->log(log_level::warning,
              fmt::format(R"(engine is being destroyed: waiting for "{}" )"
                          "to return",
                          id));
}

bool engine_core::run_test_scheduler() {
  if (test_scheduler_ != nullptr)
    test_scheduler_->run();
  return test_scheduler_ != nullptr;
}

} // namespace lightflow
