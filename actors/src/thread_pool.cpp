// SPDX-License-Identifier: MIT
#include "thread_pool.hpp"

#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace lightflow {

namespace {

using namespace std::chrono_literals;

/// How often the monitor looks whether threads are stuck.
constexpr auto tick = 1ms;

/// Looks without a backlog before the monitor goes to sleep: waking it up for
/// each short burst would cost more than it looking now and then.
constexpr int patience = 100;

/// How often a thread looks for work before it goes to sleep: a few
/// microseconds, which is what it takes to wake it up again.
constexpr int spins = 200;

/// Tells the processor that this thread waits for another one.
void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// How long a thread beyond the base waits for work before it ends.
constexpr auto idle_time = 2s;

/// Jobs in a row that a thread takes from what it woke itself, before it looks
/// at the queue.
constexpr std::size_t max_streak = 128;

/// Messages that an actor may handle before others get their turn.
constexpr std::size_t max_throughput = 256;

} // namespace

thread_local thread_pool::worker* thread_pool::current_ = nullptr;
thread_local thread_pool::burst* thread_pool::burst_ = nullptr;

// -- worker -------------------------------------------------------------------

thread_pool::worker::worker(thread_pool& owner, bool is_spare)
    : caf::execution_unit(&owner.system_), pool(owner), spare(is_spare) {}

void thread_pool::worker::exec_later(caf::resumable* actor) {
  system().scheduler().enqueue(actor);
}

// -- user_code ----------------------------------------------------------------

thread_pool::user_code::user_code()
    : outermost_(current_ != nullptr
                 && !std::exchange(current_->in_user_code, true)) {
  if (!outermost_ || current_->next.actor == nullptr)
    return;
  std::lock_guard guard{current_->pool.mutex_};
  current_->pool.push(std::exchange(current_->next, {}));
}

thread_pool::user_code::~user_code() {
  if (outermost_)
    current_->in_user_code = false;
}

// -- burst --------------------------------------------------------------------

thread_pool::burst::burst(thread_pool* pool) : pool_(pool) {
  if (pool_ != nullptr)
    burst_ = this;
}

thread_pool::burst::~burst() {
  if (pool_ == nullptr)
    return;
  burst_ = nullptr;
  std::lock_guard guard{pool_->mutex_};
  for (auto& x : jobs_)
    pool_->push(x);
}

// -- thread_pool --------------------------------------------------------------

thread_pool::thread_pool(caf::actor_system& system, options opts)
    : system_(system), options_(opts) {
  try {
    std::lock_guard guard{mutex_};
    for (std::size_t i = 0; i < options_.base; ++i)
      add_worker(false);
    monitor_ = std::thread{[this] { monitor(); }};
  } catch (...) { // the system gives no more threads
    stop();
    throw;
  }
}

thread_pool::~thread_pool() {
  stop();
}

void thread_pool::stop() {
  {
    std::unique_lock lock{mutex_};
    stopping_ = true;
    work_.notify_all();
    gone_.wait(lock, [this] { return workers_.empty(); });
    backlog_.notify_all();
  }
  if (monitor_.joinable())
    monitor_.join();
  for (auto& x : retired_)
    x.thread.join();
}

void thread_pool::enqueue(caf::resumable* actor, job_kind kind) {
  job x{actor, kind};
  auto self = current_;
  if (self != nullptr && &self->pool == this && !self->in_user_code
      && !self->spare) {
    std::swap(x, self->next);
    if (x.actor == nullptr)
      return;
  }
  if (burst_ != nullptr && burst_->pool_ == this)
    return burst_->jobs_.push_back(x);
  std::lock_guard guard{mutex_};
  push(x);
}

std::size_t thread_pool::pending() const {
  return supervision_.size() + user_.size();
}

/// Notifies with the mutex held: once it is released, the pool may be gone.
void thread_pool::push(job x) {
  auto& queue = x.kind == job_kind::supervision ? supervision_ : user_;
  queue.push_back(x);
  has_work_.store(true, std::memory_order_relaxed);
  call_for_help();
}

/// Sees that what is queued finds a thread: one that is looking for work, or an
/// idle one, or if there is none, one that the monitor adds when the others are
/// stuck.
void thread_pool::call_for_help() {
  if (spinning_)
    return;
  if (idle_ > 0 && !waking_) {
    waking_ = true;
    work_.notify_one();
  } else if (idle_ == 0 && !monitoring_) {
    monitoring_ = true;
    backlog_.notify_one();
  }
}

void thread_pool::run(worker& self) {
  current_ = &self;
  system_.thread_started();
  while (true) {
    auto x = take(self);
    if (x.actor == nullptr)
      break;
    execute(self, x);
  }
  system_.thread_terminates();
  current_ = nullptr;
  std::lock_guard guard{mutex_};
  retire(self);
}

/// The next job of a thread; none if it shall end.
thread_pool::job thread_pool::take(worker& self) {
  if (self.next.actor != nullptr && ++self.streak < max_streak)
    return std::exchange(self.next, {});
  self.streak = 0;
  std::unique_lock lock{mutex_};
  if (self.next.actor != nullptr)
    push(std::exchange(self.next, {}));
  bool bored = false;
  while (true) {
    if (auto x = pop(self); x.actor != nullptr) {
      if (pending() > 0)
        call_for_help();
      return x;
    }
    if (stopping_ || self.spare || (bored && threads_ > options_.base)) {
      threads_ -= self.spare ? 0 : 1;
      return {};
    }
    if (spin(lock))
      continue;
    ++idle_;
    bored = work_.wait_for(lock, idle_time) == std::cv_status::timeout;
    --idle_;
    waking_ = false;
  }
}

/// Looks for a moment whether work comes, if no other thread does. Most comes
/// at short distances, and a thread that need not be woken for it takes it
/// sooner, and at less cost for the one that it comes from.
bool thread_pool::spin(std::unique_lock<std::mutex>& lock) {
  if (spinning_ || threads_ > options_.base)
    return false;
  spinning_ = true;
  lock.unlock();
  for (int i = 0; i < spins && !has_work_.load(std::memory_order_relaxed); ++i)
    pause();
  lock.lock();
  spinning_ = false;
  return pending() > 0;
}

thread_pool::job thread_pool::pop(const worker& self) {
  auto& queue = !supervision_.empty() || self.spare ? supervision_ : user_;
  if (queue.empty())
    return {};
  auto result = queue.front();
  queue.pop_front();
  has_work_.store(pending() > 0, std::memory_order_relaxed);
  return result;
}

void thread_pool::execute(worker& self, job x) {
  self.started.fetch_add(1, std::memory_order_relaxed);
  switch (x.actor->resume(&self, max_throughput)) {
  case caf::resumable::resume_later: {
    std::lock_guard guard{mutex_};
    push(x);
    break;
  }
  default:
    caf::intrusive_ptr_release(x.actor);
  }
}

void thread_pool::add_worker(bool spare) {
  auto& self = workers_.emplace_back(*this, spare);
  try {
    self.thread = std::thread{[this, &self] { run(self); }};
  } catch (...) {
    workers_.pop_back();
    throw;
  }
  threads_ += spare ? 0 : 1;
}

void thread_pool::retire(worker& self) {
  auto i = std::find_if(workers_.begin(), workers_.end(),
                        [&](auto& x) { return &x == &self; });
  retired_.splice(retired_.end(), workers_, i);
  if (workers_.empty())
    gone_.notify_all();
}

// -- growing ------------------------------------------------------------------

void thread_pool::monitor() {
  std::unique_lock lock{mutex_};
  int quiet = 0;
  while (!(stopping_ && workers_.empty())) {
    if (!monitoring_) {
      backlog_.wait(lock);
      quiet = 0;
      continue;
    }
    backlog_.wait_for(lock, tick);
    join_retired(lock);
    if (pending() > 0 && idle_ == 0) {
      grow();
      quiet = 0;
    } else if (++quiet > patience) {
      monitoring_ = false;
    }
  }
}

/// Replaces the threads that are stuck in one job, and doubles them when all
/// are, so that a hundred blocking steps get their threads in a few ticks. If
/// the system gives no more of them, the next look tries again.
void thread_pool::grow() try {
  auto stuck = count_stuck();
  auto moving = threads_ - stuck;
  if (moving >= options_.base)
    return;
  auto wanted = moving == 0 ? threads_ : options_.base - moving;
  auto room = options_.max > threads_ ? options_.max - threads_ : 0;
  wanted = std::min({wanted, room, pending()});
  for (std::size_t i = 0; i < wanted; ++i)
    add_worker(false);
  auto has_spare = workers_.size() > threads_;
  if (room == 0 && moving == 0 && !supervision_.empty() && !has_spare)
    add_worker(true);
} catch (const std::exception&) {
  // later, then
}

/// Threads in the same job as at the last look.
std::size_t thread_pool::count_stuck() {
  std::size_t result = 0;
  for (auto& x : workers_) {
    auto started = x.started.load(std::memory_order_relaxed);
    if (!x.spare && started > 0 && started == x.seen_started)
      ++result;
    x.seen_started = started;
  }
  return result;
}

void thread_pool::join_retired(std::unique_lock<std::mutex>& lock) {
  if (retired_.empty())
    return;
  auto gone = std::move(retired_);
  retired_.clear();
  lock.unlock();
  for (auto& x : gone)
    x.thread.join();
  lock.lock();
}

} // namespace lightflow
