// SPDX-License-Identifier: MIT
#include "lightflow/core/resource.hpp"

#include "lightflow/core/error.hpp"
#include "lightflow/core/unit.hpp"

#include <fmt/format.h>

namespace lightflow {

// -- resource -----------------------------------------------------------------

resource::resource(std::string name, std::shared_ptr<const process_run> owner)
    : name_(std::move(name)), owner_(std::move(owner)) {}

const std::string& resource::process_name() const {
  return owner_->name;
}

std::string resource::process_id() const {
  return owner_->id();
}

status resource::process_state() const {
  return owner_->resources->process_status();
}

void resource::put(std::string_view key, value x) {
  value old; // goes when the mutex is free: its end may use this resource
  std::lock_guard guard{mutex_};
  old = items_.exchange(key, std::move(x));
}

bool resource::has_entity() const {
  std::lock_guard guard{mutex_};
  return entity_.has_value();
}

void resource::update(value entity) {
  std::lock_guard guard{mutex_};
  std::swap(entity_, entity); // the old one goes after the mutex is free
}

void resource::clear() {
  writes items; // go when the mutex is free
  value entity;
  std::lock_guard guard{mutex_};
  std::swap(items_, items);
  std::swap(entity_, entity);
}

result<resource_ptr> resource::attach(std::string_view name, value parameter) {
  return owner_->resources->attach(name, parameter, nullptr);
}

suspended_resource resource::suspend() const {
  std::lock_guard guard{mutex_};
  auto items = std::make_shared<writes>();
  for (auto& [key, x] : items_)
    if (x.has_codec())
      items->set(key, x);
  return {name_, std::move(items), entity_.has_codec() ? entity_ : value{}};
}

void resource::recover(const suspended_resource& x) {
  std::lock_guard guard{mutex_};
  if (x.items != nullptr)
    items_ = *x.items;
  entity_ = x.entity;
}

// -- resource_definition ------------------------------------------------------

void resource_definition::require_unsealed() const {
  if (sealed_)
    throw definition_error(
      fmt::format(R"(resource "{}" cannot be changed any more: a run of its )"
                  "catalog has been started",
                  name_));
}

// -- resource_set -------------------------------------------------------------

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
  auto& name = place->first;
  auto& self = place->second;
  self.initialiser = std::this_thread::get_id();
  auto made = std::make_shared<resource>(name, owner_->shared_from_this());
  auto me = callers_.emplace(std::this_thread::get_id(), caller);
  lock.unlock();
  auto [entity, trouble] = call_guarded([&] {
    return self.hooks->initialize ? self.hooks->initialize(*made, parameter)
                                  : result<value>{value{}};
  });
  if (entity && entity->has_value())
    made->update(*std::move(entity));
  lock.lock();
  if (me.second) // and not within another initialisation
    callers_.erase(me.first);
  initialised_.notify_all();
  if (trouble) {
    auto reason
      = fmt::format(R"(resource "{}" could not be initialised: it {})", name,
                    trouble->describe());
    std::erase_if(waiting_, [&](auto& x) { return x.second == &self; });
    slots_.erase(place); // so that the next one tries again
    lock.unlock();
    report(*made, "initialize", *std::move(trouble), caller);
    return fail(std::move(reason));
  }
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
    attached_.push_back({name, parameter});
  return self.attached;
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
  lock.lock();
  for (auto x : order) // which refer to what owns them
    x->attached = nullptr;
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
