// SPDX-License-Identifier: MIT
#pragma once

#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>
#include <caf/resumable.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace lightflow {

/// Whether an actor runs code of the user, which may block.
enum class job_kind { supervision, user };

/// The threads that resume an engine's actors. It has as many as there are
/// cores while they make progress; when all of them are held by code of the
/// user that blocks or takes long, it adds others within a few milliseconds, up
/// to a bound, and lets them go when they are idle. Supervision always finds a
/// thread, also at the bound.
///
/// An actor that is woken by another one of the pool runs next on the same
/// thread, so that a chain of messages needs no hand-off between threads;
/// threads are woken one at a time, by one another, while there is work left;
/// and one that runs out of work keeps looking for a moment.
class thread_pool {
public:
  struct options {
    std::size_t base; // threads to keep running
    std::size_t max;  // threads that may run user code at once
  };

  /// Throws std::system_error if the system does not give the threads to keep
  /// running. Those beyond them are waited for.
  thread_pool(caf::actor_system& system, options opts);

  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  /// Runs what is queued, then joins all threads. Nothing may be enqueued by
  /// others from then on.
  ~thread_pool();

  /// Has an actor resumed, and releases the reference to it afterwards. May be
  /// called from any thread.
  void enqueue(caf::resumable* actor, job_kind kind);

  /// While one lives, the calling thread runs code of the user, and actors that
  /// it wakes, or has woken before, are left to other threads. They may be
  /// nested.
  class user_code {
  public:
    user_code();
    ~user_code();
    user_code(const user_code&) = delete;
    user_code& operator=(const user_code&) = delete;

  private:
    const bool outermost_; // on a thread of a pool
  };

private:
  struct job {
    caf::resumable* actor = nullptr;
    job_kind kind = job_kind::supervision;
  };

public:
  /// While one lives, what the calling thread enqueues here is collected, and
  /// then queued at once: many actors that are woken together cost one hand-off
  /// to the threads. One per thread at a time; on no thread of this pool.
  class burst {
  public:
    /// Does nothing for a null pool.
    explicit burst(thread_pool* pool);
    ~burst();
    burst(const burst&) = delete;
    burst& operator=(const burst&) = delete;

  private:
    friend class thread_pool;

    thread_pool* pool_;
    std::vector<job> jobs_;
  };

private:
  struct worker : caf::execution_unit {
    worker(thread_pool& owner, bool is_spare);

    /// Called for actors that are not of this pool.
    void exec_later(caf::resumable* actor) override;

    thread_pool& pool;
    const bool spare; // runs supervision only, and ends when there is none
    job next;         // was woken by what runs now
    std::size_t streak = 0; // jobs taken from `next` in a row
    bool in_user_code = false;
    std::atomic<std::uint64_t> started{0}; // jobs, for the monitor
    std::uint64_t seen_started = 0;        // what it was at the last look
    std::thread thread;
  };

  void stop();
  void run(worker& self);
  job take(worker& self);
  bool spin(std::unique_lock<std::mutex>& lock);
  job pop(const worker& self);
  void execute(worker& self, job x);
  void push(job x);
  void call_for_help();
  void add_worker(bool spare);
  void retire(worker& self);
  void monitor();
  void grow();
  std::size_t count_stuck();
  void join_retired(std::unique_lock<std::mutex>& lock);
  std::size_t pending() const;

  static thread_local worker* current_;
  static thread_local burst* burst_;

  caf::actor_system& system_;
  const options options_;
  mutable std::mutex mutex_; // guards all that follows
  std::condition_variable work_;
  std::condition_variable backlog_;
  std::condition_variable gone_;
  std::deque<job> supervision_;
  std::deque<job> user_;
  std::list<worker> workers_;
  std::list<worker> retired_; // to be joined
  std::size_t threads_ = 0;   // without spares
  std::size_t idle_ = 0;
  std::atomic<bool> has_work_{false}; // as it looks without the mutex
  bool spinning_ = false;   // a thread looks for work, and will find what comes
  bool waking_ = false;     // a thread is on its way to the queue
  bool monitoring_ = false; // the monitor looks at the queue by itself
  bool stopping_ = false;
  std::thread monitor_;
};

} // namespace lightflow
