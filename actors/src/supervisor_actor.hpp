// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/run_history.hpp"
#include "lightflow/persistence/record.hpp"

#include "actors.hpp"
#include "claim.hpp"
#include "journal_entries.hpp"
#include "owed.hpp"
#include "pooled.hpp"
#include "runtime.hpp"
#include "unit_jobs.hpp"

#include <caf/delegated.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/container/deque.hpp>
#include <boost/container/small_vector.hpp>

namespace lightflow {

/// Where the run of a supervisor is in the journal.
struct journal_place {
  durability how;
  std::uint64_t next_record; // 0: the run begins
  bool reopens;              // it is suspended
};

/// A run as its supervisor gets it.
struct supervised_run {
  std::shared_ptr<run_channel> channel;
  run_history history;
  std::optional<journal_place> place; // nothing: it is not journalled
};

class supervisor_actor_impl : public pooled<supervisor_actor::base> {
public:
  supervisor_actor_impl(caf::actor_config& cfg, runtime& env,
                        engine_actor engine, supervised_run what);

  const char* name() const override {
    return "lightflow.supervisor";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  using snapshot_ptr = std::shared_ptr<const run_snapshot>;

  caf::delegated<run_answer> on_begin();
  void on_refused(const append_refused& x);
  void on_process_ended(const process_ended& x);
  void on_wake();
  caf::delegated<bool> on_control(const control& x);
  caf::delegated<snapshot_ptr> on_look();
  void on_close();

  std::shared_ptr<const run_info> make_info(bool is_kept) const;
  bool is_broken() const;
  void tell_of_defect() const;

  // What happens to the run, and how the journal hears of it.
  void happened(run_event x);
  void append(const journal_record& record, std::function<void(bool)> then);
  void begin();
  void begin_run();
  void begin_recovery(bool reopens);
  void append_begin(std::string record,
                    std::shared_ptr<const stored_definition> definition,
                    bool is_new);
  void write_end();
  run_summary summary() const;
  std::string encode(const journal_record& x) const;
  void answer_begin(const run_answer& x);

  void advance();
  void apply(const control& x, const owed<bool>& answer);
  void control_run(control_action x, std::function<void(bool)> then);
  void control_process(const control& x, std::function<void(bool)> then);
  template <class Work, class Otherwise>
  void start_job(Work work, Otherwise otherwise);
  flow_look look_now() const;
  void prepare();
  void start_processes();
  void begin_process(std::size_t index);
  void start_process(std::size_t index);
  void conclude();
  void leave();

  void expect_end_of_callbacks();
  void give_up_callbacks();
  void start_record();
  std::vector<std::size_t> live_processes() const;
  run_snapshot snapshot_now() const;
  run_snapshot complete_snapshot() const;

  const flow_plan& plan() const {
    return *channel_->flow();
  }

  runtime& env_;
  engine_actor engine_;
  std::shared_ptr<run_channel> channel_;
  run_history history_;
  std::shared_ptr<const run_info> self_;
  journal_entries entries_;
  /// Until entries are written; takes no memory while it is empty.
  boost::container::deque<std::function<void()>> deferred_;
  /// Null: not started, or ended.
  boost::container::small_vector<process_actor, 1> processes_;
  std::vector<std::shared_ptr<const process_state>> ended_;
  std::vector<owed<run_answer>> begin_answers_;
  std::size_t live_ = 0;               // processes that were started and go on
  std::size_t open_answers_ = 0;       // to whoever asked, still to be given
  std::optional<time_point> deadline_; // of the callbacks under way
  time_point ended_at_;                // before what runs after the processes
  /// Who tells the record hook that the run has ended.
  std::shared_ptr<claim> recorded_;
  bool owes_record_ = false; // what ran after the processes was given up
  bool reopens_ = false;     // the run is suspended
  bool begun_ = false;       // also in the journal
  bool started_ = false;     // the processes
  bool concluding_ = false;
  enum class end_record { none, under_way, written } end_record_{};
  bool closing_ = false;
  bool broken_ = false; // a process died of a defect
  bool left_ = false;
};

} // namespace lightflow
