// SPDX-License-Identifier: MIT
#pragma once

#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <cstddef>
#include <functional>

namespace lightflow::testing {

/// CAF's test scheduler, with a say in which actor is next. CAF takes the first
/// of its jobs, so there is one at most: a driver, which runs one of the others
/// each time that its turn comes. Each actor still gets its messages in the
/// order in which they came.
class ordered_scheduler : public caf::scheduler::test_coordinator {
public:
  explicit ordered_scheduler(caf::actor_system& system);

  /// For caf::actor_system_config::load.
  static caf::actor_system::module* make(caf::actor_system& system,
                                         caf::detail::type_list<>);

  /// Says which of so many actors is next; the first if it is empty.
  std::function<std::size_t(std::size_t)> choose;

  /// Called before and after each actor's turn. What it throws comes out of
  /// whatever call has the scheduler run; other actors wait then.
  std::function<void()> look;

  /// Called when there is nothing else to do; may make that there is.
  std::function<void()> when_idle;

  /// From now on, functions of the user run when there is nothing else to do:
  /// what tells them not to begin comes before.
  void put_users_last() noexcept {
    users_last_ = true;
  }

  void put_users_in_line() noexcept {
    users_last_ = false;
  }

  /// In how many actors' turns this is called, each in one of the others: what
  /// an actor calls may run the scheduler itself.
  std::size_t depth() const noexcept {
    return depth_;
  }

  /// Sees that the driver is among the jobs.
  void drive();

protected:
  void enqueue(caf::resumable* x) override;

private:
  class driver final : public caf::resumable {
  public:
    explicit driver(ordered_scheduler& owner) : owner_(owner) {}

    resume_result resume(caf::execution_unit* host, std::size_t) override;
    void intrusive_ptr_add_ref_impl() override {}
    void intrusive_ptr_release_impl() override {}

  private:
    ordered_scheduler& owner_;
  };

  void run_one(caf::execution_unit* host);
  caf::resumable* take();
  void look_around();

  driver driver_{*this};
  std::size_t depth_ = 0;
  bool is_driven_ = false; // the driver is among the jobs
  bool users_last_ = false;
};

} // namespace lightflow::testing
