// SPDX-License-Identifier: MIT
#include "world.hpp"

#include "lightflow/core/step.hpp"
#include "lightflow/testing/expectation.hpp"

#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lightflow::testing {

namespace {

/// What a trace calls a commit that this becomes of.
std::string_view words(commit_fate x) {
  switch (x) {
  case commit_fate::written:
    return "";
  case commit_fate::failed:
    return " fails";
  case commit_fate::failed_but_written:
    return " fails, but is written";
  case commit_fate::dropped:
    return " is dropped";
  case commit_fate::crash_before:
    return " is lost in a crash";
  case commit_fate::crash_after:
    return " is written before a crash";
  }
  return "";
}

} // namespace

simulation::world::world(definition define, simulation_options options)
    : options_(std::move(options)),
      disk_(std::make_shared<simulated_journal>()), define_(std::move(define)) {
  config_.load<ordered_scheduler>();
  system_.emplace(config_);
  scheduler_ = &dynamic_cast<ordered_scheduler&>(system_->scheduler());
  scheduler().look = [this] { look(); };
  scheduler().when_idle = [this] { wait_for_disk(); };
  disk_->is_broken = [this] { return now() < mended_at_; };
  if (options_.seed) {
    order_.emplace(*options_.seed);
    scheduler().choose = [this](std::size_t n) { return order_->below(n); };
  }
  disk_->observe = [this](auto number, auto& batch, auto fate) {
    on_commit(number, batch, fate);
  };
  for (auto& x : options_.workers)
    start_worker(x);
}

/// The actor system may have something to do yet, and needs the workers.
simulation::world::~world() {
  end_program(true);
  is_ending_ = true;
  for (auto& x : workers_)
    if (x->is_alive())
      x->kill();
  scheduler().drive();
  scheduler().run();
  system_->await_actors_before_shutdown(false); // those of users may go on
  system_.reset();
}

// -- programs -----------------------------------------------------------------

engine& simulation::world::engine() {
  if (!program_ || !program_->engine)
    start_program();
  return *program_->engine;
}

void simulation::world::start_program() {
  note(fmt::format("program {} starts", ++starts_));
  auto& self = program_.emplace();
  define_(self.flows, *system_);
  watch_functions(self.flows, *this);
  auto options = make_options();
  self.reader.emplace(self.flows, record_codec{options.encryption});
  self.engine.emplace(*system_, self.flows, std::move(options));
}

engine_options simulation::world::make_options() {
  engine_options result;
  for (std::size_t i = 0; i < event_stages; ++i)
    result.events.handle(static_cast<event_stage>(i), [this](const event& x) {
      if (!is_ending_)
        note("event: " + to_string(x));
    });
  result.log = [](log_level, std::string_view) {};
  if (options_.configure)
    options_.configure(result);
  result.runs_on = executor::system_scheduler;
  result.journal = disk_;
  return result;
}

/// The engine first, since it uses all else.
void simulation::world::end_program(bool crashed) {
  if (!program_)
    return;
  is_ending_ = true;
  note(crashed ? "the program is gone" : "the program ends");
  if (crashed) {
    disk_->go_down();
    scheduler().put_users_last();
  }
  program_->engine.reset();
  program_.reset();
  scheduler().put_users_in_line();
  disk_->come_up();
  failing_since_.reset();
  is_ending_ = false;
}

void simulation::world::lose(std::size_t commits) {
  if (commits == 0)
    return;
  disk_->lose(commits);
  succeeded_.resize(succeeded_.size() - commits);
  note(fmt::format("the last {} commits are lost", commits));
}

/// Nothing happens after a crash but what cleans up.
void simulation::world::look() const {
  if (disk_->is_down() && !is_ending_)
    throw program_crashed();
}

// -- what happens in them -----------------------------------------------------

void simulation::world::on_commit(std::size_t number,
                                  const journal_batch& batch,
                                  commit_fate fate) {
  auto& reader = *program_->reader;
  note(fmt::format("commit {}{}: {}", number, words(fate),
                   reader.describe(batch, *disk_)));
  if (!is_error(fate))
    failing_since_.reset();
  else if (!failing_since_)
    failing_since_ = now();
  if (is_written(fate))
    succeeded_.push_back(reader.succeeded(batch, *disk_));
}

result<value> simulation::world::call(const step_function& function,
                                      step& self) {
  if (is_recorded(self.id()))
    repeated_.push_back(self.id());
  return call(function, self, {});
}

/// A worker that nobody waits for any more may call one that has succeeded.
result<value> simulation::world::call(const step_function& function, step& self,
                                      const std::string& worker) {
  auto name = std::pair{self.process_name(), self.name()};
  note(fmt::format("{}calls {}/{}, attempt {}",
                   worker.empty() ? "" : "worker " + worker + ' ', name.first,
                   name.second, self.attempt()));
  ++calls_[std::move(name)];
  if (auto reason = injected(self, call_moment::before))
    return *std::move(reason);
  auto result = function(self);
  if (auto reason = injected(self, call_moment::after))
    return *std::move(reason);
  return result;
}

std::optional<failure> simulation::world::injected(const step& self,
                                                   call_moment moment) {
  if (!options_.fails || !options_.fails(self, moment))
    return std::nullopt;
  auto when = moment == call_moment::before ? "before" : "after";
  note(fmt::format("{}/{} is made to fail {} its function", self.process_name(),
                   self.name(), when));
  return fail(fmt::format("the simulation made it fail {} its function", when));
}

bool simulation::world::is_recorded(const std::string& step) const {
  return std::any_of(succeeded_.begin(), succeeded_.end(), [&](auto& ids) {
    return std::find(ids.begin(), ids.end(), step) != ids.end();
  });
}

// -- time ---------------------------------------------------------------------

duration simulation::world::now() const {
  // CAF's clock does not begin at zero, which has a meaning of its own.
  constexpr duration beginning{1};
  return scheduler().clock().now().time_since_epoch() - beginning;
}

duration simulation::world::in(duration x) const {
  constexpr duration last = duration::max() / 2; // so that clocks can go on
  return x < last - now() ? now() + x : last;
}

void simulation::world::later(duration time, std::function<void()> what) {
  using time_atom = caf::atom_constant<caf::atom("time")>;
  system_->spawn<caf::hidden>([=, this](caf::event_based_actor* self) {
    self->delayed_send(self, in(time)-now(), time_atom::value);
    return caf::behavior{[=, this](time_atom) {
      self->quit();
      if (!is_ending_) // the simulation, or time would not pass
        what();
    }};
  });
}

void simulation::world::settle() {
  auto outer = std::exchange(settles_at_, scheduler().depth());
  scheduler().drive();
  try {
    scheduler().run();
  } catch (...) {
    settles_at_ = outer;
    throw;
  }
  settles_at_ = outer;
}

/// Unless `settle` runs the scheduler, a call to the engine does, which may
/// wait for what cannot be written. Time passes for nobody else.
void simulation::world::wait_for_disk() {
  if (settles_at_ == scheduler().depth() || is_ending_ || !failing_since_)
    return;
  if (now() - *failing_since_ > options_.patience)
    throw broken_expectation(
      "a call to the engine waits for the journal, which "
      "does not stop to fail");
  while (!scheduler().has_job() && scheduler().trigger_timeout())
    continue;
}

bool simulation::world::pass_to_next_timer() {
  auto is_set = scheduler().trigger_timeout();
  settle();
  return is_set;
}

void simulation::world::pass(duration time) {
  settle();
  auto& clock = scheduler().clock();
  auto& timers = clock.schedule();
  auto end = clock.now() + (in(time)-now());
  while (!timers.empty() && timers.begin()->first <= end)
    pass_to_next_timer();
  clock.current_time = std::max(clock.current_time, end);
}

} // namespace lightflow::testing
