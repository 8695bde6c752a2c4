// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/kept_resource.hpp"
#include "lightflow/core/problem.hpp"
#include "lightflow/core/resource.hpp"
#include "lightflow/core/resource_definition.hpp"
#include "lightflow/core/result.hpp"
#include "lightflow/core/status.hpp"
#include "lightflow/core/value.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace lightflow {

class unit;

/// The resources that are attached to one process of a run. Safe to use from
/// any thread.
class resource_set {
public:
  explicit resource_set(std::shared_ptr<const resource_table> kinds)
      : kinds_(std::move(kinds)) {}

  resource_set(const resource_set&) = delete;
  resource_set& operator=(const resource_set&) = delete;

  /// Says whose resources these are, which owns them. Called once, before all
  /// else.
  void bind(const process_run& owner) noexcept {
    owner_ = &owner;
  }

  void set_status(status x) noexcept {
    status_ = x.bits();
  }

  status process_status() const noexcept {
    return status::from_bits(status_);
  }

  /// The resource of that name, which the first call initialises while others
  /// wait. Failures are events of `caller`; null for whoever the calling thread
  /// initialises another resource for. Fails for an unknown name, when the
  /// initialisation fails, when it would wait for itself, and once the process
  /// has ended.
  result<resource_ptr> attach(std::string_view name, const value& parameter,
                              const unit* caller);

  /// The resource of that name, if it is attached.
  resource_ptr acquire(std::string_view name) const;

  /// What was attached since this was asked last.
  std::vector<kept_resource> take_attached();

  /// Attaches again what was attached before a recovery. Called on a thread
  /// that may run code of the user. Failures are events of `caller`; such a
  /// resource is not attached.
  void recover(const kept_resource& x, const unit& caller);

  /// Suspends all, the last attached first, and gives what they left. Called as
  /// `recover`, before `release`.
  std::vector<suspended_resource> suspend(const unit& caller);

  /// If nothing is attached, lets nothing be attached from then on. Gives
  /// whether it did; otherwise `release` is due.
  bool close_if_empty();

  /// Releases all, the last attached first; no other is attached from then on.
  /// Called on a thread that may run code of the user. Failures are events of
  /// `caller`.
  void release(const unit& caller);

private:
  struct slot {
    const resource_hooks* hooks;
    resource_ptr attached; // null while it is initialised
    std::thread::id initialiser;
  };

  using slot_map = std::map<std::string, slot, std::less<>>;

  bool waits_for_me(const slot* x) const;
  result<resource_ptr> initialise(slot_map::iterator place,
                                  const value& parameter, const unit* caller,
                                  std::unique_lock<std::mutex>& lock);
  std::optional<problem> call_initialize(resource& made, slot& self,
                                         const value& parameter,
                                         const unit* caller,
                                         std::unique_lock<std::mutex>& lock);
  failure give_up(slot_map::iterator place, const resource& made,
                  problem trouble, const unit* caller,
                  std::unique_lock<std::mutex>& lock);
  void release(resource& x, const resource_hooks& hooks,
               const unit* caller) const;
  std::vector<const slot*> last_attached_first() const;
  void report(const resource& x, const char* action, problem trouble,
              const unit* caller) const;

  const std::shared_ptr<const resource_table> kinds_;
  const process_run* owner_ = nullptr;
  std::atomic<std::uint16_t> status_{status::pending.bits()};
  mutable std::mutex mutex_; // guards all that follows
  std::condition_variable initialised_;
  slot_map slots_;
  std::vector<slot*> order_;            // of attaching
  std::vector<kept_resource> attached_; // not taken yet
  std::map<std::thread::id, const slot*> waiting_;
  std::map<std::thread::id, const unit*> callers_; // of initialisations
  bool closed_ = false;
};

} // namespace lightflow
