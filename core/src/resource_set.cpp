// SPDX-License-Identifier: MIT
#include "lightflow/core/resource_set.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/run_info.hpp"
#include "lightflow/core/unit.hpp"

#include <fmt/format.h>

namespace lightflow {

result<resource_ptr> resource_set::attach(std::string_view name,
                                          const value& parameter,
                                          const unit* caller) {
  auto kind = kinds_->find(name);
  if (kind == kinds_->end())
    return fail(fmt::format(R"(the catalog has no resource "{}")", name));
  std::unique_lock lock{mutex_};
  if (caller == nullptr)
    if (auto i = callers_.find(std::this_thread::get_id()); i != callers_.end())
      caller = i->second;
  for (;;) {
    if (closed_)
      return fail(fmt::format(R"(resource "{}" cannot be attached any more: )"
                              R"(process "{}" has ended)",
                              name, owner_->name));
    auto [place, is_new]
      = slots_.try_emplace(kind->first, slot{&kind->second, nullptr, {}});
    if (is_new)
      return initialise(place, parameter, caller, lock);
    auto& found = place->second;
    if (found.attached != nullptr)
      return found.attached;
    if (waits_for_me(&found))
      return fail(fmt::format(R"(resource "{}" cannot be attached while it is )"
                              "initialised by what would wait for it",
                              name));
    auto me = std::this_thread::get_id();
    waiting_[me] = &found;
    initialised_.wait(lock);
    waiting_.erase(me);
  }
}

/// Whether the end of an initialisation needs this thread to go on: follows who
/// waits for whom.
bool resource_set::waits_for_me(const slot* x) const {
  while (x != nullptr && x->attached == nullptr) {
    if (x->initialiser == std::this_thread::get_id())
      return true;
    auto next = waiting_.find(x->initialiser);
    x = next != waiting_.end() ? next->second : nullptr;
  }
  return false;
}

result<resource_ptr>
resource_set::initialise(slot_map::iterator place, const value& parameter,
                         const unit* caller,
                         std::unique_lock<std::mutex>& lock) {
  auto& self = place->second;
  auto made
    = std::make_shared<resource>(place->first, owner_->shared_from_this());
  auto trouble = call_initialize(*made, self, parameter, caller, lock);
  initialised_.notify_all();
  if (trouble)
    return give_up(place, *made, *std::move(trouble), caller, lock);
  if (closed_) {
    auto& hooks = *self.hooks;
    lock.unlock();
    release(*made, hooks, caller);
    return fail(fmt::format(R"(resource "{}" was released at once: process )"
                            R"("{}" has ended)",
                            made->name(), owner_->name));
  }
  self.attached = std::move(made);
  order_.push_back(&self);
  if (owner_->run->recoverable)
    attached_.push_back({place->first, parameter});
  return self.attached;
}

/// Without the lock. Others wait for this thread meanwhile, and what it
/// attaches within is of the same caller.
std::optional<problem>
resource_set::call_initialize(resource& made, slot& self,
                              const value& parameter, const unit* caller,
                              std::unique_lock<std::mutex>& lock) {
  self.initialiser = std::this_thread::get_id();
  auto me = callers_.emplace(std::this_thread::get_id(), caller);
  lock.unlock();
  auto [entity, trouble] = call_guarded([&] {
    return self.hooks->initialize ? self.hooks->initialize(made, parameter)
                                  : result<value>{value{}};
  });
  if (entity && entity->has_value())
    made.update(*std::move(entity));
  lock.lock();
  if (me.second) // and not within another initialisation
    callers_.erase(me.first);
  return std::move(trouble);
}

/// Leaves no trace, so that the next one tries again.
failure resource_set::give_up(slot_map::iterator place, const resource& made,
                              problem trouble, const unit* caller,
                              std::unique_lock<std::mutex>& lock) {
  auto reason = fmt::format(R"(resource "{}" could not be initialised: it {})",
                            made.name(), trouble.describe());
  std::erase_if(waiting_, [&](auto& x) { return x.second == &place->second; });
  slots_.erase(place);
  lock.unlock();
  report(made, "initialize", std::move(trouble), caller);
  return fail(std::move(reason));
}

std::vector<kept_resource> resource_set::take_attached() {
  std::lock_guard guard{mutex_};
  return std::exchange(attached_, {});
}

void resource_set::recover(const kept_resource& x, const unit& caller) {
  auto kind = kinds_->find(x.name);
  if (kind == kinds_->end())
    return; // the catalog has it no more, and whoever wants it is told so
  if (acquire(x.name) != nullptr)
    return; // the hook of one that was recovered before has attached it
  if (!x.left) {
    (void)attach(x.name, x.parameter, &caller);
    return;
  }
  auto made = std::make_shared<resource>(x.name, owner_->shared_from_this());
  auto& hooks = kind->second;
  auto trouble = call_guarded([&]() -> lightflow::result<> {
    made->recover(*x.left);
    return hooks.recover ? hooks.recover(*made) : lightflow::result<>{};
  });
  if (trouble)
    return report(*made, "recover", *std::move(trouble), &caller);
  std::unique_lock lock{mutex_};
  if (closed_) {
    lock.unlock();
    return release(*made, hooks, &caller);
  }
  auto [place, is_new]
    = slots_.try_emplace(x.name, slot{&hooks, std::move(made), {}});
  if (is_new)
    order_.push_back(&place->second);
}

std::vector<const resource_set::slot*>
resource_set::last_attached_first() const {
  std::lock_guard guard{mutex_};
  return {order_.rbegin(), order_.rend()};
}

std::vector<suspended_resource> resource_set::suspend(const unit& caller) {
  std::vector<suspended_resource> result;
  for (auto x : last_attached_first()) {
    auto& self = *x->attached;
    if (x->hooks->suspend)
      if (auto trouble = call_guarded([&] { return x->hooks->suspend(self); }))
        report(self, "suspend", *std::move(trouble), &caller);
    // Values are copied, and may throw.
    auto [left, trouble] = call_guarded(
      [&] { return lightflow::result<suspended_resource>{self.suspend()}; });
    if (trouble)
      report(self, "suspend", *std::move(trouble), &caller);
    result.push_back(left ? *std::move(left)
                          : suspended_resource{self.name(), nullptr, {}});
  }
  return result;
}

resource_ptr resource_set::acquire(std::string_view name) const {
  std::lock_guard guard{mutex_};
  auto i = slots_.find(name);
  return i != slots_.end() && !closed_ ? i->second.attached : nullptr;
}

bool resource_set::close_if_empty() {
  std::lock_guard guard{mutex_};
  if (slots_.empty())
    closed_ = true;
  return closed_;
}

void resource_set::release(const unit& caller) {
  std::unique_lock lock{mutex_};
  if (std::exchange(closed_, true))
    return;
  initialised_.notify_all(); // nobody waits for what comes too late
  auto order = order_;
  lock.unlock();
  for (auto i = order.rbegin(); i != order.rend(); ++i)
    release(*(*i)->attached, *(*i)->hooks, &caller);
  std::vector<resource_ptr> released; // go when the mutex is free
  lock.lock();
  for (auto x : order) // which refer to what owns them
    released.push_back(std::move(x->attached));
  lock.unlock();
}

void resource_set::release(resource& x, const resource_hooks& hooks,
                           const unit* caller) const {
  if (!hooks.release)
    return;
  if (auto trouble = call_guarded([&] { return hooks.release(x); }))
    report(x, "release", *std::move(trouble), caller);
}

void resource_set::report(const resource& x, const char* action,
                          problem trouble, const unit* caller) const {
  std::map<std::string, std::string> details{{"resource", x.name()},
                                             {"action", action}};
  if (caller != nullptr) {
    caller->emit(event_stage::resource, std::move(trouble), std::move(details));
  } else if (auto events = owner_->run->events) {
    auto what = owner_->make_event(event_stage::resource, std::move(trouble));
    what.details = std::move(details);
    events->emit(std::move(what));
  }
}

} // namespace lightflow
