// SPDX-License-Identifier: MIT
#pragma once

#include "actors.hpp"
#include "pooled.hpp"
#include "runtime.hpp"
#include "work_queue.hpp"

#include <caf/actor_addr.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace lightflow {

/// How an engine deals with its workers.
struct worker_care {
  duration beat_interval;
  duration patience;       // with a worker that is silent
  std::size_t value_limit; // in bytes
};

/// The shell around `work_queue`: brings its decisions to attempts and workers,
/// checks what workers say, and gives up those that are silent.
class work_queue_impl : public pooled<work_queue_actor::base> {
public:
  work_queue_impl(caf::actor_config& cfg, runtime& env, worker_care care);

  const char* name() const override {
    return "lightflow.work_queue";
  }

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  struct connection {
    work_queue::worker_id id;
    std::string name;
    worker_peer peer;
    time_point heard;
    bool leaves = false;
  };

  struct attempt {
    lease_holder holder;
    std::shared_ptr<const process_run> process;
    std::string step;
  };

  using connections = std::unordered_map<caf::actor_addr, connection>;

  bool is_told_from_within();

  // From attempts.
  void on_wish(const lease_wish& x);
  void on_withdraw();

  // From workers.
  void on_hello(const worker_hello& x);
  void on_slots(const worker_slots& x);
  void on_completion(step_completion& x);
  void on_leave();
  void part_if_done(connection& x);
  connection* heard();

  void on_tick();
  void on_close();

  void lose(const caf::actor_addr& who, const std::string& why);
  void end_connection(connections::iterator i, const std::string& why);
  void dismiss(connection& x, const std::string& why);
  void hand_out();
  void grant(const work_queue::grant& x);
  void tell(const work_queue::shortage_news& x);
  void forget(work_queue::ticket who);
  void drop(const step_completion& x);
  void emit(std::string worker, std::string why) const;
  void expect_silence();

  runtime& env_;
  worker_care care_;
  const std::string epoch_;
  work_queue queue_;
  connections workers_;
  std::unordered_map<work_queue::worker_id, caf::actor_addr> addresses_;
  std::unordered_map<work_queue::ticket, attempt> attempts_;
  std::unordered_map<caf::actor_addr, work_queue::ticket>
    tickets_;                 // of holders
  std::uint64_t dropped_ = 0; // completions that came too late
  bool ticking_ = false;
};

} // namespace lightflow
