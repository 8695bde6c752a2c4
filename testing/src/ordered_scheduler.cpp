// SPDX-License-Identifier: MIT
#include "ordered_scheduler.hpp"

#include "../../actors/src/one_shot_actor.hpp"

#include <algorithm>

namespace lightflow::testing {

namespace {

/// Counts a turn while it lasts.
class turn {
public:
  explicit turn(std::size_t& depth) : depth_(depth) {
    ++depth_;
  }

  ~turn() {
    --depth_;
  }

  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

private:
  std::size_t& depth_;
};

} // namespace

ordered_scheduler::ordered_scheduler(caf::actor_system& system)
    : test_coordinator(system) {}

caf::actor_system::module* ordered_scheduler::make(caf::actor_system& system,
                                                   caf::detail::type_list<>) {
  return new ordered_scheduler(system); // the system deletes it
}

void ordered_scheduler::enqueue(caf::resumable* x) {
  test_coordinator::enqueue(x);
  drive();
}

void ordered_scheduler::drive() {
  if (is_driven_)
    return;
  is_driven_ = true;
  jobs.push_front(&driver_);
}

/// What runs may run others itself, as a function of the user does that asks
/// the engine for something. The driver is among the jobs then, or was.
caf::resumable::resume_result
ordered_scheduler::driver::resume(caf::execution_unit* host, std::size_t) {
  owner_.is_driven_ = false;
  owner_.look_around();
  owner_.run_one(host);
  owner_.look_around();
  if (!owner_.has_job() && owner_.when_idle)
    owner_.when_idle();
  if (owner_.is_driven_)
    return awaiting_message;
  owner_.is_driven_ = !owner_.jobs.empty();
  return owner_.is_driven_ ? resume_later : awaiting_message;
}

/// As CAF's test scheduler does it, but that the driver stays first.
void ordered_scheduler::run_one(caf::execution_unit* host) {
  if (jobs.empty())
    return;
  auto job = take();
  turn in_turn{depth_};
  switch (job->resume(host, 1)) {
  case caf::resumable::resume_later:
    jobs.insert(jobs.begin() + (is_driven_ ? 1 : 0), job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  default:
    caf::intrusive_ptr_release(job);
  }
}

caf::resumable* ordered_scheduler::take() {
  auto is_supervision
    = [](auto x) { return dynamic_cast<one_shot_actor*>(x) == nullptr; };
  auto next = jobs.begin();
  if (users_last_)
    next = std::find_if(jobs.begin(), jobs.end(), is_supervision);
  else if (choose)
    next += static_cast<std::ptrdiff_t>(choose(jobs.size()));
  if (next == jobs.end())
    next = jobs.begin();
  auto result = *next;
  jobs.erase(next);
  return result;
}

void ordered_scheduler::look_around() {
  if (!look)
    return;
  try {
    look();
  } catch (...) {
    drive(); // whoever goes on from here
    throw;
  }
}

} // namespace lightflow::testing
