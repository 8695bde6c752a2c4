// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/actors/options.hpp"

#include "actors.hpp"
#include "owed.hpp"
#include "pooled.hpp"
#include "run_recovery.hpp"
#include "runtime.hpp"
#include "supervisor_actor.hpp"

#include <caf/result.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace lightflow {

class engine_actor_impl : public pooled<engine_actor::base> {
public:
  engine_actor_impl(caf::actor_config& cfg, runtime& env,
                    recovery_options recovery);

  const char* name() const override {
    return "lightflow.engine";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
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
  caf::result<run_answer> on_recover(const recover_run& x);
  caf::result<forget_answer> on_erase(const erase_run& x);
  void on_loaded(const run_loaded& x);
  caf::result<run_answer> on_find(const std::string& id);
  caf::result<bool> on_control(const std::string& id, const control& x);
  caf::result<std::shared_ptr<const run_record>> on_look(const std::string& id);
  void on_run_ended(const run_ended& x);
  void on_tick();
  void on_close();

  entry& begin(supervised_run x, bool remember);
  caf::result<run_answer> when_begun(const entry& run);
  void answer_when_begun(const entry& run, const owed<run_answer>& answer);
  caf::result<run_answer> load_run(const std::string& id, bool recovers);
  caf::result<run_answer> load_run(const run_summary& x, bool resumes);
  void start_load(const std::string& id, bool recovers,
                  std::optional<run_summary> summary = {});
  void join(const entry& run, load& wanted);
  void go_on(replayed_run& x, load& wanted);
  void refuse(const std::string& id, load& wanted, const error& why);
  owed<run_answer> owe_run(const std::string& id);
  std::optional<run_summary> find_stored(const std::string& id) const;
  std::string stored_flow(const std::string& id) const;
  void recover_interrupted();
  void forget_expired();
  void warn_of_hanging_journal();
  void leave_if_done();
  supervisor_actor supervisor_of(const std::string& id) const;

  runtime& env_;
  std::unordered_map<std::string_view, entry> runs_; // by ids of their channels
  std::unordered_map<std::string, load> loads_;      // under way
  std::unordered_set<std::string> erasing_; // runs, until they are gone
  run_recovery recovery_;
  std::size_t live_ = 0;
  bool closing_ = false;
};

} // namespace lightflow
