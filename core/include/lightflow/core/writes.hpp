// SPDX-License-Identifier: MIT
#pragma once

#include "lightflow/core/value.hpp"

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lightflow {

/// What one unit set: keys with their last values, in order of first setting.
class writes {
public:
  using item = std::pair<std::string, value>;

  writes() = default;

  writes(std::initializer_list<item> xs);

  void set(std::string_view key, value x);

  /// The value of a key; null if it was not set.
  const value* find(std::string_view key) const;

  bool empty() const noexcept {
    return items_.empty();
  }

  std::size_t size() const noexcept {
    return items_.size();
  }

  auto begin() const noexcept {
    return items_.begin();
  }

  auto end() const noexcept {
    return items_.end();
  }

private:
  std::size_t index_of(std::string_view key) const;

  void index_last();

  std::vector<item> items_;
  /// Filled only where there are many: few are found faster one by one.
  std::map<std::string, std::size_t, std::less<>> index_;
};

/// What two units set in a row, of which either may be null: nothing.
std::shared_ptr<const writes> merge(const std::shared_ptr<const writes>& first,
                                    const std::shared_ptr<const writes>& then);

} // namespace lightflow
