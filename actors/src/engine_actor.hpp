// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/options.hpp"

#include "actors.hpp"
#include "owed.hpp"
#include "pooled.hpp"
#include "run_recovery.hpp"
#include "runtime.hpp"
#include "supervisor_actor.hpp"
#include "waiting_runs.hpp"

#include <caf/result.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace lightflow {

/// How many runs may be under way, and how many messages may wait for that.
struct run_bound {
  std::size_t runs; // 0: any number
  std::size_t waiting;
};

class engine_actor_impl : public pooled<engine_actor::base> {
public:
  engine_actor_impl(caf::actor_config& cfg, runtime& env,
                    recovery_options recovery, run_bound bound);

  const char* name() const override {
    return "lightflow.engine";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  using askers = std::span<const owed<run_answer>>; // none: nobody waits

  struct entry {
    supervisor_actor supervisor; // null: the run has ended
    std::shared_ptr<run_channel> channel;
    bool remember;
    bool is_kept; // in the journal
  };

  /// What is wanted of a run that is being read.
  struct load {
    bool recovers = false;                     // else it is to be shown
    std::vector<owed<run_answer>> askers = {}; // none: it goes on by itself
  };

  caf::result<run_answer> on_start(start_run& x);
  caf::result<run_answer> on_reserve(const reserve_places& x);
  caf::result<run_answer> on_recover(const recover_run& x);
  caf::result<forget_answer> on_erase(const erase_run& x);
  void on_loaded(const run_loaded& x);
  caf::result<run_answer> on_find(const find_run& x);
  caf::result<bool> on_control(const std::string& id, const control& x);
  caf::result<std::shared_ptr<const run_snapshot>>
  on_look(const std::string& id);
  void on_run_ended(const run_ended& x);
  void on_tick();
  void on_close();

  void start(start_run& x, askers to);
  void begin_new(start_run& x, askers to);
  entry& begin(supervised_run x, bool remember);
  void answer(askers to, const run_answer& x);
  void answer_when_begun(const entry& run, askers to);
  bool is_stored(const std::string& id, start_patience how, askers to);
  void load_run(const std::string& id, bool recovers, start_patience how,
                askers to);
  void load_run(const run_summary& x, bool resumes, start_patience how,
                askers to);
  load& start_load(const std::string& id, bool recovers,
                   std::optional<run_summary> summary = {});
  void go_on(replayed_run& x, load& wanted);
  void refuse(const std::string& id, load& wanted, const error& why);
  owed<run_answer> owe_run(const std::string& id);
  std::optional<run_summary> find_stored(const std::string& id) const;
  std::string stored_flow(const std::string& id) const;
  std::size_t free_places() const;
  error too_many_runs(start_patience how) const;
  void put_off(const std::string& id, std::optional<start_run> start,
               start_patience how, askers to);
  void use_places();
  void refuse_waiting();
  void recover_interrupted();
  void forget_expired();
  void sweep_on();
  void erase_expired(std::vector<std::string> ids);
  void warn_of_hanging_journal();
  void leave_if_done();
  supervisor_actor supervisor_of(const std::string& id) const;

  runtime& env_;
  std::unordered_map<std::string_view, entry> runs_; // by ids of their channels
  std::unordered_map<std::string, load> loads_;      // under way
  std::unordered_set<std::string> erasing_; // runs, until they are gone
  run_recovery recovery_;
  std::size_t sweeps_ = 0;      // that may follow until the next tick
  bool erases_expired_ = false; // and waits until they are gone
  run_bound bound_;
  waiting_runs waiting_;     // for a place
  std::size_t live_ = 0;     // runs under way
  std::size_t resuming_ = 0; // runs that will be once they are read
  std::size_t reserved_ = 0; // places of runs that are about to come
  bool closing_ = false;
};

} // namespace lightflow
