// SPDX-License-Identifier: MIT
#include "trial.hpp"

#include "random_spec.hpp"

#include "lightflow/persistence/replay.hpp"

#include "../../testing/src/outcome.hpp"

#include <chrono>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lightflow::tests {

namespace {

using namespace std::chrono_literals;
using testing::commit_fate;

constexpr unsigned most_recoveries = 100;

/// The keys whose values are compared.
std::vector<std::string> keys_of(const flow_spec& spec, bool with_callbacks) {
  std::vector<std::string> result{shared_keys.begin(), shared_keys.end()};
  if (with_callbacks)
    for (auto& x : spec.callbacks)
      result.push_back(x.key);
  return result;
}

testing::hazards some_hazards() {
  testing::hazards result;
  result.crash = 0.04;
  result.disk_failure = 0.03;
  result.most = 12;
  return result;
}

} // namespace

trial::trial(std::uint64_t seed)
    : seed_(seed), spec_(random_spec(seed)), hazards_(some_hazards()),
      misfortune_(hazards_, seed), dice_(seed) {
  surroundings_.suspensions = [this] { return suspensions_; };
  surroundings_.take = [this](duration x) { world_->advance(x); };
  define(spec_, surroundings_, flows_);
}

void trial::run(trial_counts& counts) {
  auto define_all = [this](catalog& to) { define(spec_, surroundings_, to); };
  world_.emplace(define_all, world_options());
  world_->disk().decide
    = [this](std::size_t, auto& batch) { return decide(batch); };
  try {
    drive();
    if (!problem_.empty())
      throw testing::broken_expectation(problem_);
    world_->shut_down();
    if (surroundings_.open != 0)
      throw testing::broken_expectation(
        fmt::format("{} resources are open at the end", surroundings_.open));
  } catch (const std::exception& e) {
    throw testing::broken_expectation(e.what(), fmt::format("seed {}", seed_),
                                      world_->trace().text());
  }
  counts.crashes += counts_.crashes;
  counts.recoveries += counts_.recoveries;
  counts.looks += counts_.looks;
  counts.exact += is_exact_ ? 1 : 0;
}

testing::simulation_options trial::world_options() {
  testing::simulation_options result;
  result.seed = seed_;
  result.patience = 30 * 24h;
  if (spec_.has_workers) {
    result.workers = workers_;
    result.network
      = [this](std::string_view worker, auto) { return judge(worker); };
  }
  return result;
}

// -- what happens to it -------------------------------------------------------

/// A disturbance in the middle of functions, which take some minutes.
void trial::plan_interventions() {
  for (auto n = dice_.below(4); n > 0; --n)
    plan(dice_.below(20) * 1min, [this](run_handle&) { look(); });
  auto process = spec_.processes[dice_.below(spec_.processes.size())].name;
  if (dice_.chance(0.2))
    plan(dice_.below(20) * 1min, [this](run_handle& run) {
      run.pause();
      look();
    });
  if (dice_.chance(0.2))
    plan(dice_.below(20) * 1min, [this, process](run_handle& run) {
      run.pause(process);
      look();
    });
  if (dice_.chance(0.1))
    plan(dice_.below(20) * 1min, [this](run_handle& run) {
      is_exact_ = false;
      run.stop();
    });
  if (dice_.chance(0.1))
    plan(dice_.below(20) * 1min, [this, process](run_handle& run) {
      is_exact_ = false;
      run.stop(process);
    });
  resume_all();
}

template <class Action>
void trial::plan(duration when, Action what) {
  world_->later(when, [this, what] {
    try {
      if (auto run = world_->engine().find("run"))
        what(*run);
    } catch (const testing::program_crashed&) {
      // What lets time pass learns of it as well.
    } catch (const error& e) {
      // A start that was refused may be found until the disk lets it be
      // removed.
      if (e.code() != error_code::journal_failed)
        fail(e.what());
    } catch (const std::exception& e) {
      fail(e.what());
    }
  });
}

void trial::resume_all() {
  plan(1h, [this](run_handle& run) {
    run.resume();
    for (auto& x : spec_.processes)
      run.resume(x.name);
  });
}

commit_fate trial::decide(const journal_batch& batch) {
  auto result = misfortune_.decide(*world_);
  is_in_step_ = result == commit_fate::written;
  if (is_written(result))
    for (auto& x : batch.summaries)
      note_condition(x.condition);
  return result;
}

void trial::note_condition(run_condition x) {
  if (x == run_condition::suspended && condition_ != x)
    ++suspensions_;
  condition_ = x;
}

testing::message_fate trial::judge(std::string_view worker) {
  for (auto& x : workers_)
    if (x.name == worker)
      return misfortune_.judge(*world_, x);
  return {};
}

// -- until it succeeds --------------------------------------------------------

void trial::drive() {
  for (unsigned i = 0; i < most_recoveries;) {
    try {
      auto run = start();
      auto report = world_->finish(run);
      check_end(report);
      if (report.success())
        return;
      ++i;
      ++counts_.recoveries;
      run.recover();
    } catch (const testing::program_crashed&) {
      ++counts_.crashes;
      crash();
    }
  }
  throw testing::broken_expectation("it does not succeed, however often it is "
                                    "recovered");
}

/// While the journal cannot be written no run can start.
run_handle trial::start() {
  while (true) {
    try {
      auto result = world_->start_as("run", "flow");
      if (!std::exchange(is_begun_, true))
        plan_interventions();
      return result;
    } catch (const error& e) {
      if (e.code() != error_code::journal_failed)
        throw;
      world_->advance(1s);
    }
  }
}

void trial::crash() {
  auto lost = misfortune_.loss(world_->disk().unsynced());
  world_->crash(lost);
  is_in_step_ = true;
  if (lost > 0) {
    is_exact_ = false; // it goes on from an earlier point
    auto kept = world_->disk().find("run");
    condition_ = kept ? kept->condition : run_condition::running;
  }
  resume_all();
}

// -- checks -------------------------------------------------------------------

void trial::fail(const std::string& what) {
  if (problem_.empty())
    problem_ = what;
}

void trial::check_end(const run_report& report) {
  auto ends = suspensions_ + (report.success() ? 1 : 0);
  while (is_exact_ && model_suspensions_ < ends) {
    model_.go_on();
    ++model_suspensions_;
    is_exact_ = !model_.depends_on_chance();
  }
  while (report.success() && !model_.has_succeeded())
    model_.go_on();
  if (!is_exact_ && !report.success())
    return;
  auto keys = keys_of(spec_, is_exact_);
  auto expected = model_.outcome(keys);
  auto outcome = testing::describe_outcome(report, keys);
  if (outcome != expected)
    throw testing::broken_expectation(fmt::format(
      "it ended otherwise than the model{}\nexpected:\n{}but it ended "
      "so:\n{}errors:\n{}",
      is_exact_ ? "" : " (inexact)", expected, outcome, report.errors()));
}

/// Whether what is shown is what the journal has, and something will make the
/// run go on.
void trial::look() {
  world_->settle();
  if (!is_in_step_)
    return;
  ++counts_.looks;
  auto report = world_->engine().find("run")->look();
  auto shown = testing::describe_outcome(report, keys_of(spec_, true));
  if (auto kept = stored(); is_in_step_ && kept != shown)
    fail(fmt::format("it shows\n{}but the journal has\n{}", shown, kept));
  check_wake_sources(report);
}

void trial::check_wake_sources(const run_report& report) const {
  if (report.success())
    return;
  auto reasons = report.wakes_by();
  if (reasons.empty())
    throw testing::broken_expectation("nothing will make it go on");
  for (auto& x : reasons)
    if (x.source == wake_source::ended)
      throw testing::broken_expectation(x.unit_id + " waits for nothing");
}

/// A run as its journal has it, which outlives what reads it here.
std::string trial::stored() {
  std::shared_ptr<const journal> disk{std::shared_ptr<void>{}, &world_->disk()};
  replay_source source{disk, record_codec{}, flows_,
                       std::make_shared<definition_cache>()};
  run_report report{std::make_shared<const run_snapshot>(
    replay(source, "run").history.snapshot("run"))};
  return testing::describe_outcome(report, keys_of(spec_, true));
}

} // namespace lightflow::tests
