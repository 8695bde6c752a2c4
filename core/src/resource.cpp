// SPDX-License-Identifier: MIT
#include "lightflow/core/resource.hpp"

#include "lightflow/core/resource_set.hpp"
#include "lightflow/core/run_info.hpp"

#include <utility>

namespace lightflow {

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

} // namespace lightflow
